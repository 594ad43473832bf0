// Runs at different moments, as their events tell them, for the screens.
import type { EventBody } from '../../src/events.js';
import type { RunView } from '../../src/view.js';
import { different, record, successful, viewOf } from '../output/recorded-run.js';

export const started: EventBody = {
  type: 'run.started',
  plan: 'To The Moon',
  source: '/srv/tothemoon/dev.db',
  target: 'app@db.example:5432/moon',
  folder: '/b/r',
  log: '/b/r/wizard.log',
  steps: ['preflight', 'backup', 'schema', 'copy', 'constrain', 'verify', 'dump'],
  dryRun: false,
};

const warning: EventBody = {
  type: 'step.finding',
  step: 'preflight',
  finding: {
    severity: 'warning',
    code: 'no-dump',
    message: 'no dump will be made, because there is no pg_dump that is as new as the server',
    remedies: ['apt-get install postgresql-client-17'],
  },
};

const before: readonly EventBody[] = [
  started,
  { type: 'step.started', step: 'preflight', title: 'Check source, target and machine' },
  warning,
  { type: 'step.completed', step: 'preflight', summary: '13 checks, 1 with a warning', elapsedMs: 1200 },
  { type: 'step.started', step: 'backup', title: 'Make and check the snapshot' },
  {
    type: 'step.completed',
    step: 'backup',
    summary: 'snapshot of 1.4 GB is sound, 849,510 rows, SHA-256 b15378614333…',
    elapsedMs: 2700,
  },
  { type: 'step.started', step: 'schema', title: 'Create the tables' },
  { type: 'step.completed', step: 'schema', summary: '4 tables and the ledger are there', elapsedMs: 81 },
  { type: 'step.started', step: 'copy', title: 'Copy the rows' },
];

/** A table of `rows` that is copied at 50,000 rows a second, and is now at `done`. */
function copying(table: string, rows: number, done: number): EventBody[] {
  const at = (part: number): EventBody => ({
    type: 'step.progress',
    step: 'copy',
    doing: 'rows',
    table,
    done: part,
    total: rows,
    unit: 'rows',
    bytes: part * 1500,
    elapsedMs: part / 50,
  });
  return [{ type: 'table.started', step: 'copy', table, rows, bytes: rows * 1500 }, at(5000), at(done)];
}

function copied(table: string, rows: number, elapsedMs: number): EventBody[] {
  return [
    { type: 'table.started', step: 'copy', table, rows, bytes: rows * 100 },
    { type: 'table.copied', step: 'copy', table, rows, bytes: rows * 100, quarantined: 0, elapsedMs },
  ];
}

export const emptyRun: RunView = viewOf(record([started]));

export const copyingRun: RunView = viewOf(
  record([
    ...before,
    ...copied('alembic_version', 1, 4),
    ...copied('tokens', 2391, 12),
    ...copying('token_scores', 847_080, 432_000),
  ]),
);

/** 200 tables, 120 of them copied; names of 40 characters, every third in Chinese, which takes 80 columns. */
export const wideRun: RunView = viewOf(
  record([
    ...before,
    ...Array.from({ length: 120 }, (_, index) => copied(longName(index), 1_000_000 + index, 20_000)).flat(),
    ...copying(longName(120), 123_456_789, 98_765_432),
  ]),
);

export function longName(index: number): string {
  const number = String(index).padStart(3, '0');
  return index % 3 === 0 ? `月球${number}`.padEnd(40, '表') : `table_${number}_`.padEnd(40, 'n');
}

export const failedRun: RunView = viewOf(record(different));

export const finishedRun: RunView = viewOf(record(successful));
