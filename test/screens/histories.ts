// What has happened before each scene, as events.
import type { EventBody, Finding, StepName } from '../../src/events.js';
import { started } from './runs.js';

export const STEPS: readonly StepName[] = [
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

export const checks: readonly EventBody[] = [
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
export const checked: readonly EventBody[] = [
  ...checks,
  ...planned,
  { type: 'step.completed', step: 'preflight', summary: '6 checks, 1 with a warning', elapsedMs: 12_000 },
];

/** All steps up to `until` are done. */
export function doneUntil(until: StepName): EventBody[] {
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

export function verifiedTables(differences: number): EventBody[] {
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
      targetMs: 217,
      index: 'idx_token_scores_token_created',
      caller: 'GET /tokens',
      times: {
        source: { firstMs: 28_100, ms: 28_100, warmRuns: 0 },
        sent: { firstMs: 230, ms: 217, warmRuns: 3 },
        fast: { firstMs: 15, ms: 12, warmRuns: 3 },
      },
      requiredFactor: 5,
      plan: { isRight: true, reasons: [], indexes: ['idx_token_scores_token_created'] },
    },
    // As a run of an earlier version has told it.
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

export const switching: readonly EventBody[] = [
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
export const done: readonly EventBody[] = [
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
export const failed: readonly EventBody[] = [
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
export const broken: readonly EventBody[] = [
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
export const resumedBack: EventBody = {
  ...start,
  type: 'run.resumed',
  done: [...STEPS],
  message: 'is taken back',
  doing: 'take-back',
} as EventBody;

export const goingBack: readonly EventBody[] = [
  ...done,
  resumedBack,
  {
    type: 'step.parts',
    step: 'cutover',
    parts: [
      'stop the application again',
      'carry back what was written to the target',
      'wait for its answer from the source',
    ],
  },
  { type: 'downtime.started', step: 'cutover' },
  { type: 'step.part', step: 'cutover', part: 'stop the application again' },
];
