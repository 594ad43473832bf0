// Every screen of the wizard at a moment that says something, each with what it is called. Used by the snapshots and by the keys.
import type { Scene } from '../../components/scene.js';
import { uiFor } from '../../components/ui.js';
import { endedPage, resumePage, startOverPage } from '../../src/commands/wizard-pages.js';
import { questionPage } from '../../src/commands/asking.js';
import type { EventBody, Finding, StepName } from '../../src/events.js';
import type { Page } from '../../src/pages.js';
import { EMPTY_VIEW, type RunView } from '../../src/view.js';
import { record, viewOf } from '../output/recorded-run.js';
import { copyingRun, emptyRun, started, wideRun } from './runs.js';

export interface NamedScene {
  readonly name: string;
  readonly view: RunView;
  readonly page?: Page;
  readonly change?: Partial<Scene>;
}

const STEPS: readonly StepName[] = [
  'preflight',
  'backup',
  'schema',
  'copy',
  'constrain',
  'verify',
  'dump',
  'cutover',
];
const start: EventBody = { ...started, steps: [...STEPS] } as EventBody;

function finding(
  severity: Finding['severity'],
  code: string,
  message: string,
  remedies: string[] = [],
): EventBody {
  return { type: 'step.finding', step: 'preflight', finding: { severity, code, message, remedies } };
}

const checks: readonly EventBody[] = [
  start,
  { type: 'step.started', step: 'preflight', title: 'Check source, target and machine' },
  finding('ok', 'target-version', 'app@db.example:5432/moon answers: PostgreSQL 17.2'),
  finding('ok', 'target-encoding', 'the database is UTF-8'),
  finding('warning', 'no-dump', 'no dump of the target will be made (--no-dump)'),
  finding('ok', 'services-known', 'systemd units tothemoon, tothemoon-ws; running: tothemoon, tothemoon-ws'),
  finding('ok', 'env-file', 'env file /etc/tothemoon.env: - DATABASE_URL=sqlite:///dev.db'),
];
const planned: readonly EventBody[] = [
  { type: 'table.planned', step: 'preflight', table: 'tokens', rows: 2391, bytes: 320_000 },
  { type: 'table.planned', step: 'preflight', table: 'token_scores', rows: 847_080, bytes: 1_270_000_000 },
];
const checked: readonly EventBody[] = [
  ...checks,
  ...planned,
  { type: 'step.completed', step: 'preflight', summary: '6 checks, 1 with a warning', elapsedMs: 12_000 },
];

/** All steps up to `until` are done. */
function doneUntil(until: StepName): EventBody[] {
  return STEPS.slice(1, STEPS.indexOf(until)).flatMap((step): EventBody[] => [
    { type: 'step.started', step, title: step },
    ...(step === 'copy' ? copiedTables : step === 'verify' ? verifiedTables(0) : []),
    { type: 'step.completed', step, summary: `${step} is done`, elapsedMs: 4000 },
  ]);
}

const copiedTables: readonly EventBody[] = [
  ['tokens', 2391] as const,
  ['token_scores', 847_080] as const,
].map(([table, rows]) => ({
  type: 'table.copied',
  step: 'copy',
  table,
  rows,
  bytes: rows * 1500,
  quarantined: 0,
  elapsedMs: 13_000,
}));

function verifiedTables(differences: number): EventBody[] {
  const sides = (count: number, isEqual: boolean) => ({
    sourceRows: count,
    targetRows: isEqual ? count : count - differences,
    sourceDigest: 'ab'.repeat(32),
    targetDigest: (isEqual ? 'ab' : 'cd').repeat(32),
    equal: isEqual,
    differences: isEqual ? 0 : differences,
    quarantined: 0,
    elapsedMs: 1000,
  });
  return [
    { type: 'table.verified', step: 'verify', table: 'tokens', ...sides(2391, true) },
    { type: 'table.verified', step: 'verify', table: 'token_scores', ...sides(847_080, differences === 0) },
    {
      type: 'query.compared',
      step: 'verify',
      query: 'tokens list',
      equal: true,
      rows: 2391,
      sourceMs: 28_100,
      targetMs: 12,
      index: null,
    },
    {
      type: 'query.compared',
      step: 'verify',
      query: 'settings',
      equal: true,
      rows: 9,
      sourceMs: 0.2,
      targetMs: 0.5,
      index: null,
    },
  ];
}

const switching: readonly EventBody[] = [
  ...checked,
  ...doneUntil('cutover'),
  { type: 'step.started', step: 'cutover', title: 'Switch the application over' },
  {
    type: 'step.parts',
    step: 'cutover',
    parts: ['bring over what was written meanwhile', 'stop the application', 'start the application'],
  },
  { type: 'step.part', step: 'cutover', part: 'bring over what was written meanwhile' },
  { type: 'downtime.started', step: 'cutover' },
  { type: 'step.part', step: 'cutover', part: 'stop the application' },
];
const done: readonly EventBody[] = [
  ...switching,
  { type: 'downtime.ended', step: 'cutover', downtimeMs: 1100 },
  {
    type: 'step.completed',
    step: 'cutover',
    summary: "downtime 1.1 s, 510 ms of it the wizard's; rollback takes it back",
    elapsedMs: 8000,
  },
  {
    type: 'run.completed',
    exitCode: 0,
    message:
      '849,471 rows in 2 tables moved; the application runs on the target (ttm-wizard rollback takes it back)',
    totals: { tables: 2, rows: 849_471, bytes: 1_270_000_000, quarantined: 0 },
    elapsedMs: 61_000,
  },
];
const failed: readonly EventBody[] = [
  ...checks,
  finding('error', 'unknown-column', 'column spam_metrics JSON of token_scores is not in the plan', [
    '--on-drift carry    takes it along as it is',
    '--on-drift leave    leaves it behind; it stays in the backup',
  ]),
  {
    type: 'step.failed',
    step: 'preflight',
    code: 'PREFLIGHT_FAILED',
    message: 'preflight found 1 problem',
    elapsedMs: 9000,
  },
  {
    type: 'run.failed',
    exitCode: 3,
    code: 'PREFLIGHT_FAILED',
    message: 'preflight found 1 problem; nothing has been changed',
    remedies: [],
    elapsedMs: 9000,
  },
];
const broken: readonly EventBody[] = [
  ...checked,
  ...doneUntil('copy'),
  { type: 'step.started', step: 'copy', title: 'Copy the rows' },
  {
    type: 'step.failed',
    step: 'copy',
    code: 'TARGET_CONNECTION',
    message: 'Connection terminated unexpectedly',
    elapsedMs: 3000,
  },
  {
    type: 'run.failed',
    exitCode: 5,
    code: 'TARGET_CONNECTION',
    message: 'step copy cannot go on: Connection terminated unexpectedly',
    remedies: [
      'is the server running? (pg_isready -h HOST -p PORT)',
      'the same command with --resume goes on',
    ],
    elapsedMs: 15_000,
  },
];
const resumedBack: EventBody = {
  ...start,
  type: 'run.resumed',
  done: [...STEPS],
  message: 'is taken back',
  doing: 'take-back',
} as EventBody;

const LEAVE = { id: 'leave', label: 'Leave', key: 'q' };
const welcome: Page = {
  kind: 'welcome',
  plan: 'To The Moon',
  backupDir: '/srv/tothemoon/backups',
  isSwitching: true,
  notes: [],
  choices: [{ id: 'go-on', label: 'Go on' }, LEAVE],
};
const settings = [
  { title: 'source', value: '/srv/tothemoon/dev.db, 1.4 GB', origin: 'default' },
  { title: 'target', value: 'app@db.example:5432/moon', origin: 'environment' },
];
const back = { id: 'back', label: 'back' };
const view = (events: readonly EventBody[]): RunView => viewOf(record(events));
const finished = view(done);
const failedView = view(failed);
const brokenView = view(broken);
const earlier = {
  path: '/srv/tothemoon/backups/20260131-020000-3f9a',
  state: {
    v: 1 as const,
    run: '20260131-020000-3f9a',
    plan: 'tothemoon',
    source: '/srv/tothemoon/dev.db',
    target: { host: 'db.example', port: 5432, database: 'moon', user: 'app' },
    startedAt: '2026-01-31T02:00:00.000Z',
    options: { onBadValue: 'stop' as const, onDrift: 'stop' as const, dump: true },
    results: { preflight: {}, backup: {}, schema: {} },
    outcome: 'failed' as const,
  },
};

/** In the order in which a person meets them. */
export const SCENES: readonly NamedScene[] = [
  { name: 'welcome', view: EMPTY_VIEW, page: welcome },
  {
    name: 'connection, with a target to be typed',
    view: EMPTY_VIEW,
    page: {
      kind: 'connection',
      settings,
      choices: [],
      escape: back,
      complaint: ['the target URL names no database'],
      field: {
        prompt: 'Target URL, without a password',
        isSecret: false,
        initial: 'postgresql://app@db',
        example: 'postgresql://tothemoon@localhost:5432/tothemoon_prod',
      },
    },
  },
  {
    name: 'connection, with a password to be typed',
    view: EMPTY_VIEW,
    page: {
      kind: 'connection',
      settings,
      choices: [],
      escape: back,
      field: { prompt: 'Password (nothing is shown)', isSecret: true, initial: '', example: '' },
    },
  },
  {
    name: 'connection, while it is tried',
    view: EMPTY_VIEW,
    page: {
      kind: 'connection',
      settings,
      choices: [],
      escape: back,
      busy: 'connecting to app@db.example:5432/moon',
    },
  },
  {
    name: 'connection, settled',
    view: EMPTY_VIEW,
    page: {
      kind: 'connection',
      settings,
      choices: [{ id: 'go-on', label: 'Go on' }],
      good: 'the source is there, and the target answers',
      escape: back,
    },
  },
  { name: 'resume', view: EMPTY_VIEW, page: resumePage(earlier, brokenView, STEPS, false) },
  {
    name: 'resume, in the middle of a switch-over',
    view: EMPTY_VIEW,
    page: resumePage(earlier, brokenView, STEPS, true),
  },
  { name: 'start over', view: EMPTY_VIEW, page: startOverPage('moon') },
  { name: 'begun', view: emptyRun },
  { name: 'preflight', view: view(checks) },
  { name: 'preflight, failed', view: failedView, page: endedPage(failedView, false) },
  {
    name: 'plan',
    view: view(checked),
    page: questionPage('start', 'Start? Until here nothing has been written.', 'moon', false),
  },
  {
    name: 'plan of 200 tables',
    view: wideRun,
    page: questionPage('start', 'Start? Until here nothing has been written.', 'moon', false),
  },
  {
    name: 'backup',
    view: view([...checked, { type: 'step.started', step: 'backup', title: 'Make and check the snapshot' }]),
  },
  {
    name: 'copy',
    view: copyingRun,
    change: {
      samples: [0, 1, 2, 3, 4, 5].map((second) => ({ atMs: second * 1000, rows: second * second * 10_000 })),
    },
  },
  { name: 'copy, stopping', view: copyingRun, change: { ui: { ...uiFor(undefined), isStopping: true } } },
  { name: 'copy of 200 tables', view: wideRun },
  {
    name: 'constrain',
    view: view([
      ...checked,
      ...doneUntil('constrain'),
      { type: 'step.started', step: 'constrain', title: 'Add keys and indexes' },
    ]),
  },
  {
    name: 'verification',
    view: view([
      ...checked,
      ...doneUntil('verify'),
      { type: 'step.started', step: 'verify', title: 'Compare every value' },
      ...verifiedTables(0),
    ]),
  },
  {
    name: 'verification, with rows that differ',
    view: view([
      ...checked,
      ...doneUntil('verify'),
      { type: 'step.started', step: 'verify', title: 'Compare every value' },
      {
        type: 'step.finding',
        step: 'verify',
        finding: {
          severity: 'error',
          code: 'row-changed',
          message: 'token_scores 17 differs in score (source 0.123456, target 0.1235)',
          remedies: [],
        },
      },
      ...verifiedTables(1),
    ]),
  },
  {
    name: 'switch-over, asked for',
    view: view([...checked, ...doneUntil('cutover')]),
    page: questionPage(
      'switch-over',
      'Switch the application over now? It stands for a moment.',
      'moon',
      true,
    ),
  },
  { name: 'switch-over, while the application is down', view: view(switching) },
  {
    name: 'a question in the middle',
    view: view(switching),
    page: questionPage(
      'stop-application',
      'Stop every process of the application now. Is it stopped?',
      'moon',
      true,
    ),
  },
  { name: 'done', view: finished, page: endedPage(finished, true) },
  {
    name: 'rollback, to be agreed to',
    view: view([...done, resumedBack]),
    page: questionPage(
      'rollback',
      '21 rows written since the switch-over are carried back into the source so far. Go on?',
      'moon',
      false,
    ),
  },
  {
    name: 'rollback, going on',
    view: view([
      ...done,
      resumedBack,
      {
        type: 'step.parts',
        step: 'cutover',
        parts: ['stop the application again', 'carry back what was written to the target'],
      },
      { type: 'downtime.started', step: 'cutover' },
      { type: 'step.part', step: 'cutover', part: 'stop the application again' },
    ]),
  },
  { name: 'error', view: brokenView, page: endedPage(brokenView, true) },
  { name: 'help', view: copyingRun, change: { ui: { ...uiFor(undefined), overlay: 'help' } } },
  {
    name: 'log',
    view: copyingRun,
    change: {
      ui: { ...uiFor(undefined), overlay: 'log' },
      tail: ['02:00:13  copy       tokens copied: 2,391 rows', '02:00:14  notice     a\u001b[2Jb'],
    },
  },
];
