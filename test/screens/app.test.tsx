// What a person sees of a run while it goes on and when it is over.
import { expect, test } from 'vitest';
import type { EventBody } from '../../src/events.js';
import { reportText } from '../../src/output/report.js';
import { play } from '../output/play.js';
import { record, viewOf } from '../output/recorded-run.js';
import { LARGE, SMALL, USUAL, screenOf } from './frame.js';
import { switching } from './histories.js';
import { copyingRun, emptyRun, failedRun, finishedRun, started, wideRun } from './runs.js';

const SIZES = [USUAL, SMALL, LARGE, { columns: 40, rows: 10 }, { columns: 20, rows: 4 }];

test('before anything has happened the steps to come are shown', () => {
  expect(screenOf(emptyRun, USUAL)).toMatchInlineSnapshot(`
    "
    To The Moon: /srv/tothemoon/dev.db -> app@db.example:5432/moon         live, 0 s
    · preflight · backup · schema · copy · constrain · verify · dump

    - one moment

    safe: nothing has been written; the application runs on SQLite
    l log   ? help   q stop"
  `);
});

test('while rows are copied, step and tables show how far it is, how fast and for how long', () => {
  expect(screenOf(copyingRun, USUAL)).toMatchInlineSnapshot(`
    "  warning  no dump will be made, because there is no pg_dump that is as new as
      the server
               > apt-get install postgresql-client-17
    ✓ preflight  13 checks, 1 with a warning                                   1.2 s
    ✓ backup     snapshot of 1.4 GB is sound, 849,510 rows, SHA-256            2.7 s
                 b15378614333…
    ✓ schema     4 tables and the ledger are there                             81 ms

    To The Moon: /srv/tothemoon/dev.db -> app@db.example:5432/moon        live, 15 s
    ✓ preflight ✓ backup ✓ schema - copy · constrain · verify · dump

    Copy the rows: rows token_scores                                             7 s
    ████████████████████░░░░░░░░░░░░░░░░░░░░  50 %, about 8 s left
    432,000 of 847,080 rows, 648 MB, 50,000 rows/s
    all    ██████████░░░░░░░░░░  434,392 of 849,472 rows

    alembic_version  copied                 1/1  ████████████
    tokens           copied         2,391/2,391  ████████████
    token_scores     copying    432,000/847,080  ██████░░░░░░   50,000/s       8 s

    safe: the application runs on SQLite as before
    r roll back   l log   ? help   q stop   t tables"
  `);
});

test('60 columns have room for the same', () => {
  expect(screenOf(copyingRun, SMALL)).toMatchInlineSnapshot(`
    "  warning  no dump will be made, because there is no pg_dump
      that is as new as the server
               > apt-get install postgresql-client-17
    ✓ preflight  13 checks, 1 with a warning               1.2 s
    ✓ backup     snapshot of 1.4 GB is sound, 849,510      2.7 s
                 rows, SHA-256 b15378614333…
    ✓ schema     4 tables and the ledger are there         81 ms

    To The Moon: /srv/tothemoon/dev.db -> app@db.exa… live, 15 s
    ✓ 3 done - copy · constrain · verify · dump

    Copy the rows: rows token_scores                         7 s
    ███████████████░░░░░░░░░░░░░░░  50 %, about 8 s left
    432,000 of 847,080 rows, 648 MB, 50,000 rows/s
    all    ███████░░░░░░░░  434,392 of 849,472 rows

    alembic_version  copied                 1/1
    tokens           copied         2,391/2,391
    token_scores     copying    432,000/847,080   50,000/s

    safe: the application runs on SQLite as before
    r roll back   l log   ? help   q stop   t tables"
  `);
});

test('below 60 columns only the place among the steps remains', () => {
  expect(screenOf(copyingRun, { columns: 40, rows: 16 })).toContain('4/7 Copy\n');
});

test('a failed step stays with what was found, its examples and what to type; the frame is gone', () => {
  expect(screenOf(failedRun, USUAL)).toMatchInlineSnapshot(`
    "  ERROR    values of token_scores differ (2 rows)
               17: \\u{1b}[2Jgone\\r\\n
               18: 月
               > ttm-wizard run --restart
    ✗ verify     FAILED: 2 rows differ                                         1.5 s
    "
  `);
});

test('what a command wrote in several lines stands in one, in the screen, the lines and the report', () => {
  const text = 'the start command ends with exit code 1\nno module named psycopg2';
  const one = /exit code 1; no module\s+named psycopg2/;
  const events: readonly EventBody[] = [
    ...switching,
    { type: 'notice', message: text },
    { type: 'step.failed', step: 'cutover', code: 'SERVICES_START', message: text, elapsedMs: 1 },
  ];
  const seen = viewOf(record(events));
  for (const told of [screenOf(seen, USUAL), play(events), reportText(seen)]) {
    expect(told).toMatch(one);
    expect(told).not.toContain('\\n');
  }
});

test('when it is done the finished steps remain', () => {
  expect(screenOf(finishedRun, USUAL)).toMatchInlineSnapshot(`
    "! notice     the source is on a network disk
      warning  no dump will be made
               > leave out --no-dump
    ✓ preflight  2 checks, 1 with a warning                                    1.2 s
    ✓ backup     snapshot of 1.4 GB is sound                                   2.7 s
    ✓ copy       847,080 rows copied                                          13.3 s
    ✓ verify     847,080 rows are equal                                       12.4 s
    ✓ dump       dump of 380 MB                                              1 m 5 s
    "
  `);
});

test('text of the source cannot steer the terminal', () => {
  const evil = 'a\u001b[2Jb\r\nc';
  const screen = screenOf(
    viewOf(record([started, { type: 'step.started', step: 'copy', title: evil }, tableOf(evil)])),
    USUAL,
  );
  expect(screen).toContain('a\\u{1b}[2Jb\\r\\nc');
});

function tableOf(table: string): EventBody {
  return { type: 'table.started', step: 'copy', table, rows: 1, bytes: 1 };
}

test.each(SIZES)('every moment of a run fits $columns x $rows', (size) => {
  for (const view of [emptyRun, copyingRun, wideRun, failedRun, finishedRun]) {
    screenOf(view, size);
    screenOf(view, size, { nowMs: Date.parse(view.lastAt) + 3 * 24 * 3_600_000 });
  }
});

test('the time of the running step goes on between events', () => {
  const later = Date.parse(copyingRun.lastAt) + 60_000;
  expect(screenOf(copyingRun, USUAL, { nowMs: later })).toMatch(
    /Copy the rows: rows token_scores +1 m \d+ s/,
  );
});
