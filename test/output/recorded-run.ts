// A run as its events tell it: one that succeeds with a warning, and one that finds differences. Made by hand, so that every
// kind of event is in it and each number can be followed to the screen.
import type { Environment, EventBody, WizardEvent } from '../../src/events.js';
import { reduce } from '../../src/reduce.js';
import { EMPTY_VIEW, type RunView } from '../../src/view.js';

const RUN = '20260131-020000-3f9a';
const STEPS = ['preflight', 'backup', 'copy', 'verify', 'dump'] as const;

/** Gives each body its envelope: one event a second from 02:00:00 on. */
export function record(bodies: readonly EventBody[]): WizardEvent[] {
  const start = Date.parse('2026-01-31T02:00:00.000Z');
  return bodies.map((body, index) => {
    const at = new Date(start + index * 1000).toISOString();
    return { v: 1, seq: index + 1, at, run: RUN, ...body };
  });
}

export function viewOf(events: readonly WizardEvent[]): RunView {
  return events.reduce(reduce, EMPTY_VIEW);
}

const started: EventBody = {
  type: 'run.started',
  plan: 'To The Moon',
  source: '/srv/tothemoon/dev.db',
  target: 'app@db.example:5432/moon',
  folder: `/b/${RUN}`,
  log: `/b/${RUN}/wizard.log`,
  steps: [...STEPS],
  dryRun: false,
};

/** Without a server's version, as a run says it that goes on. */
export const environment: Environment = {
  wizard: '0.1.0',
  node: '20.20.2',
  sqlite: '3.53.2',
  system: 'Debian GNU/Linux 12 (bookworm), Linux 6.1.0 x64',
  cores: 2,
  memoryBytes: 4_000_000_000,
  timeZone: 'Europe/Vienna',
};

const digest = 'ab'.repeat(32);

function copying(done: number, elapsedMs: number): EventBody {
  const table = 'token_scores';
  const bytes = done * 1500;
  return {
    type: 'step.progress',
    step: 'copy',
    doing: 'copying',
    table,
    done,
    total: 847_080,
    unit: 'rows',
    bytes,
    elapsedMs,
  };
}

export const successful: readonly EventBody[] = [
  started,
  { type: 'notice', message: 'the source is on a network disk' },
  { type: 'step.started', step: 'preflight', title: 'Check source, target and machine' },
  {
    type: 'step.finding',
    step: 'preflight',
    finding: { severity: 'ok', code: 'target-encoding', message: 'the database is UTF-8', remedies: [] },
  },
  {
    type: 'step.finding',
    step: 'preflight',
    finding: {
      severity: 'warning',
      code: 'no-dump',
      message: 'no dump will be made',
      remedies: ['leave out --no-dump'],
    },
  },
  { type: 'step.completed', step: 'preflight', summary: '2 checks, 1 with a warning', elapsedMs: 1200 },
  { type: 'step.started', step: 'backup', title: 'Make and check the snapshot' },
  { type: 'step.completed', step: 'backup', summary: 'snapshot of 1.4 GB is sound', elapsedMs: 2700 },
  { type: 'step.started', step: 'copy', title: 'Copy the rows' },
  { type: 'table.started', step: 'copy', table: 'token_scores', rows: 847_080, bytes: 1_200_000_000 },
  copying(0, 0),
  copying(60_000, 1000),
  copying(150_000, 2500),
  copying(160_000, 5000),
  copying(420_000, 7000),
  copying(847_080, 13_300),
  {
    type: 'table.copied',
    step: 'copy',
    table: 'token_scores',
    rows: 847_080,
    bytes: 1_200_000_000,
    quarantined: 0,
    elapsedMs: 13_300,
  },
  { type: 'step.completed', step: 'copy', summary: '847,080 rows copied', elapsedMs: 13_300 },
  { type: 'step.started', step: 'verify', title: 'Compare every value' },
  {
    type: 'table.verified',
    step: 'verify',
    table: 'token_scores',
    sourceRows: 847_080,
    targetRows: 847_080,
    quarantined: 0,
    sourceDigest: digest,
    targetDigest: digest,
    equal: true,
    differences: 0,
    elapsedMs: 12_000,
  },
  {
    type: 'query.compared',
    step: 'verify',
    query: 'tokens list',
    equal: true,
    rows: 2391,
    sourceMs: 28_100,
    targetMs: 12,
    index: 'token_scores_pkey',
  },
  {
    type: 'query.compared',
    step: 'verify',
    query: 'settings',
    equal: true,
    rows: 1,
    sourceMs: 0.25,
    targetMs: 0.5,
    index: null,
  },
  {
    type: 'index.measured',
    step: 'verify',
    table: 'token_scores',
    index: 'token_scores_pkey',
    definition: 'btree (id, created_at)',
    bytes: 28_000_000,
    scans: 340,
  },
  {
    type: 'index.measured',
    step: 'verify',
    table: 'token_scores',
    index: 'idx_token_scores_token_created',
    definition: 'btree (token_id, created_at DESC)',
    bytes: 26_500_000,
    scans: 4782,
  },
  { type: 'step.completed', step: 'verify', summary: '847,080 rows are equal', elapsedMs: 12_400 },
  { type: 'step.started', step: 'dump', title: 'Dump the target' },
  {
    type: 'file.written',
    step: 'backup',
    file: `/b/${RUN}/snapshot.db`,
    bytes: 1_400_000_000,
    sha256: '12'.repeat(32),
  },
  {
    type: 'file.written',
    step: 'dump',
    file: `/b/${RUN}/target.dump`,
    bytes: 380_000_000,
    sha256: '34'.repeat(32),
  },
  { type: 'environment', ...environment, postgres: '15.8' },
  { type: 'step.completed', step: 'dump', summary: 'dump of 380 MB', elapsedMs: 65_000 },
  {
    type: 'run.completed',
    exitCode: 0,
    message: '847,080 rows in 1 table copied and compared',
    totals: { tables: 1, rows: 847_080, bytes: 1_200_000_000, quarantined: 0 },
    elapsedMs: 94_600,
  },
];

export const different: readonly EventBody[] = [
  started,
  { type: 'step.started', step: 'verify', title: 'Compare every value' },
  {
    type: 'step.finding',
    step: 'verify',
    finding: {
      severity: 'error',
      code: 'row-differs',
      message: 'values of token_scores differ',
      remedies: ['ttm-wizard run --restart'],
      table: 'token_scores',
      column: 'metrics',
      count: 2,
      examples: [
        { key: '17', value: '\u001b[2Jgone\r\n' },
        { key: '18', value: '月' },
      ],
    },
  },
  {
    type: 'table.verified',
    step: 'verify',
    table: 'tokens',
    sourceRows: 1,
    targetRows: 1,
    quarantined: 1,
    sourceDigest: digest,
    targetDigest: digest,
    equal: true,
    differences: 0,
    elapsedMs: 3,
  },
  {
    type: 'table.verified',
    step: 'verify',
    table: 'token_scores',
    sourceRows: 578,
    targetRows: 576,
    quarantined: 0,
    sourceDigest: digest,
    targetDigest: 'cd'.repeat(32),
    equal: false,
    differences: 2,
    elapsedMs: 900,
  },
  { type: 'step.failed', step: 'verify', code: 'DIFFERENCES', message: '2 rows differ', elapsedMs: 1500 },
  {
    type: 'run.failed',
    exitCode: 6,
    code: 'DIFFERENCES',
    message: '2 rows differ',
    remedies: ['ttm-wizard run --restart'],
    elapsedMs: 1500,
  },
];

/** What no other recording has. */
export const rest: readonly EventBody[] = [
  {
    type: 'run.resumed',
    plan: 'To The Moon',
    source: '/s',
    target: 'h:5432/d',
    folder: '/b',
    log: '/b/l',
    steps: [...STEPS],
    done: ['preflight', 'backup'],
    message: 'the run goes on at step copy',
  },
  { type: 'input.needed', question: 'start', message: 'Start?', flag: '--yes' },
  { type: 'input.given', question: 'start', answer: 'yes', origin: 'flag' },
  { type: 'plan.statement', step: 'schema', title: 'tables', sql: 'CREATE TABLE a (\n\tid integer\n);\n' },
  { type: 'step.undone', step: 'schema', summary: '4 tables dropped' },
  { type: 'run.rolled-back', exitCode: 0, message: 'the run has been taken back', elapsedMs: 10 },
];
