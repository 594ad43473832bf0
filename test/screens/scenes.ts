// Every screen of the wizard at a moment that says something, each with what it is called. Used by the snapshots and by the keys.
import type { Scene } from '../../components/scene.js';
import { uiFor } from '../../components/ui.js';
import { endedPage, resumePage, startOverPage } from '../../src/commands/wizard-pages.js';
import { questionPage } from '../../src/commands/asking.js';
import type { EventBody } from '../../src/events.js';
import type { Page } from '../../src/pages.js';
import { EMPTY_VIEW, type RunView } from '../../src/view.js';
import { record, viewOf } from '../output/recorded-run.js';
import {
  STEPS,
  broken,
  checked,
  checks,
  done,
  doneUntil,
  failed,
  goingBack,
  resumedBack,
  switching,
  verifiedTables,
} from './histories.js';
import { copyingRun, emptyRun, wideRun } from './runs.js';

export interface NamedScene {
  readonly name: string;
  readonly view: RunView;
  readonly page?: Page;
  readonly change?: Partial<Scene>;
}

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
    page: resumePage(
      earlier,
      { ...brokenView, downtime: { startedAt: '2026-01-31T02:01:30.000Z', ms: undefined } },
      STEPS,
      true,
    ),
  },
  {
    name: 'resume, when all is done',
    view: EMPTY_VIEW,
    page: resumePage(
      {
        ...earlier,
        state: { ...earlier.state, results: Object.fromEntries(STEPS.map((name) => [name, {}])) },
      },
      finished,
      STEPS,
      true,
    ),
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
    name: 'copy, waiting for somebody else',
    view: {
      ...copyingRun,
      lastAt: new Date(Date.parse(copyingRun.newsAt) + 23_000).toISOString(),
      waiting: {
        what: 'a lock on token_scores, held by pid 4242: alice from this machine, psql, idle in transaction',
        remedies: ['SELECT pg_terminate_backend(4242)    in psql ends that session'],
      },
    },
  },
  {
    name: 'tables, scrolled',
    view: wideRun,
    change: { ui: { ...uiFor(undefined), overlay: 'tables', scroll: 100 } },
  },
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
      '21 rows written since the switch-over are to be carried back into the source so far. Go on?',
      'moon',
      false,
    ),
  },
  { name: 'rollback, going on', view: view(goingBack) },
  {
    name: 'rollback, with the application back on the source',
    view: view([
      ...goingBack,
      { type: 'step.part', step: 'cutover', part: 'carry back what was written to the target' },
      { type: 'step.part', step: 'cutover', part: 'wait for its answer from the source' },
      { type: 'downtime.ended', step: 'cutover', downtimeMs: 2300 },
      {
        type: 'step.undone',
        step: 'cutover',
        summary: 'the application runs on the source again; 21 rows written to the target since are in it',
      },
      { type: 'step.undone', step: 'schema', summary: 'tables of this run and its ledger are dropped' },
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
