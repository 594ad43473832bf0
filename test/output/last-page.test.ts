// The last page of recorded runs: how wide it may be, and what it ends with.
import { expect, test } from 'vitest';
import type { EventBody } from '../../src/events.js';
import { USUAL_LOOK } from '../../src/output/look.js';
import { unpainted } from '../../src/output/paint.js';
import { play } from './play.js';
import { different, rest, successful } from './recorded-run.js';

const compared = {
  type: 'query.compared',
  step: 'verify',
  equal: true,
  rows: 1,
  sourceMs: 1,
  targetMs: 1,
  index: null,
} as const;

/** Enough queries that the head of the last page scrolls away; of one taken back, which shows none, enough tables. */
const MUCH = Array.from({ length: 20 }, (_, index): EventBody[] => [
  { ...compared, query: `query ${index}` },
  { type: 'table.started', step: 'copy', table: `table ${index}`, rows: 1, bytes: 1 },
]).flat();

function completed(exitCode: number): EventBody {
  const totals = { tables: 1, rows: 9, bytes: 9, quarantined: 0 };
  return { type: 'run.completed', exitCode, message: '9 rows in 1 table moved', totals, elapsedMs: 1 };
}

function failedWith(count: number): EventBody {
  const remedies = Array.from({ length: count }, (_, index) => `remedy ${index}`);
  const message = '2 rows differ';
  return { type: 'run.failed', exitCode: 6, code: 'DIFFERENCES', message, remedies, elapsedMs: 1 };
}

test.each([80, 60, 40])('on a terminal of %i columns no line of the last page is wider', (columns) => {
  const long: EventBody = {
    type: 'step.completed',
    step: 'constrain',
    summary: '10 sets of keys and indexes, sequences and statistics are in place, SHA-256 65637d9d6b2c…',
    elapsedMs: 539,
  };
  for (const run of [successful, different, rest]) {
    const [page = ''] = play(
      [...run.slice(0, 1), long, ...run.slice(1)],
      unpainted,
      true,
      USUAL_LOOK,
      columns,
    )
      .split('\n\n')
      .slice(1)
      .join('\n')
      .split('\nLog: ');
    expect(page).toContain('outcome');
    for (const line of page.split('\n')) expect(line.length, line).toBeLessThanOrEqual(columns);
  }
});

test('at 80 columns what does not fit is folded under its own column, and the index is left to the report', () => {
  const text = play(successful, unpainted, true, USUAL_LOOK, 80);
  expect(text).toMatch(/\nquery +before +as sent +fast +factor +result\n/);
  expect(text).toMatch(/\ntable +source rows +target rows +digest +verdict\n/);
});

test('a run that has been taken back says of each table that it is gone, and of none that both sides are equal', () => {
  const [started, ...others] = successful.slice(0, -1);
  const text = play([
    ...(started === undefined ? [] : [started]),
    ...others,
    { type: 'step.undone', step: 'schema', summary: 'tables of this run and its ledger are dropped' },
    { type: 'run.rolled-back', exitCode: 0, message: 'the run has been taken back', elapsedMs: 1 },
  ]);
  const page = text.slice(text.lastIndexOf('\nrun  '));
  expect(page).toMatch(/\ntable +rows +in the target\ntoken_scores +847,080 +dropped\n/);
  expect(page).not.toMatch(/\bleft\b|equal, |verdict/);
});

test('a page too long for a terminal of 24 rows says at its end once more how the run ended', () => {
  const ends: readonly (readonly [EventBody, string])[] = [
    [completed(0), 'done and verified: 9 rows in 1 table moved (exit 0)'],
    [completed(6), 'done, but not all of it: 9 rows in 1 table moved (exit 6)'],
    [
      { type: 'run.rolled-back', exitCode: 0, message: 'run 1 has been taken back', elapsedMs: 1 },
      'rolled-back: run 1 has been taken back (exit 0)',
    ],
    [failedWith(1), '(DIFFERENCES, exit 6)'],
    [failedWith(20), 'failed: 2 rows differ (exit 6)'],
  ];
  for (const [end, last] of ends) {
    const long = [...successful.slice(0, -1), ...MUCH, end];
    for (const columns of [undefined, 80])
      expect(play(long, unpainted, true, USUAL_LOOK, columns).split('\n').at(-1)).toBe(last);
  }
  const short = play([...successful.slice(0, 1), completed(0)]);
  expect(short.match(/9 rows in 1 table moved/g)).toHaveLength(1);
  const dry = successful.map((event) => (event.type === 'run.started' ? { ...event, dryRun: true } : event));
  expect(play(dry).split('\n').at(-1)).toBe('847,080 rows in 1 table copied and compared (exit 0)');
});
