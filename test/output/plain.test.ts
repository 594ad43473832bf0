// The plain lines of recorded runs, as a person reads them.
import { expect, test } from 'vitest';
import type { EventBody } from '../../src/events.js';
import { choosePaint, unpainted } from '../../src/output/paint.js';
import { SPOKEN, play } from './play.js';
import { different, rest, successful } from './recorded-run.js';

test('a run that succeeds tells its story line by line and ends with a page to paste into a ticket', () => {
  expect(play(successful)).toMatchInlineSnapshot(`
    "02:00:00  run        20260131-020000-3f9a of plan To The Moon
    02:00:00  run        /srv/tothemoon/dev.db -> app@db.example:5432/moon
    02:00:00  run        log /b/20260131-020000-3f9a/wizard.log
    02:00:01  notice     the source is on a network disk
    02:00:02  preflight  Check source, target and machine
                         warning  no dump will be made
                                  > leave out --no-dump
                         ok       the database is UTF-8
    02:00:05  preflight  done in 1.2 s: 2 checks, 1 with a warning
    02:00:06  backup     Make and check the snapshot
    02:00:07  backup     done in 2.7 s: snapshot of 1.4 GB is sound
    02:00:08  copy       Copy the rows
    02:00:12  copy       copying token_scores: 150,000 of 847,080 rows, 17 %, 225 MB, 60,000 rows/s, about 12 s left
    02:00:14  copy       copying token_scores: 420,000 of 847,080 rows, 49 %, 630 MB, 60,000 rows/s, about 7 s left
    02:00:16  copy       token_scores copied: 847,080 rows, 1.2 GB in 13.3 s, 63,690 rows/s
    02:00:17  copy       done in 13.3 s: 847,080 rows copied
    02:00:18  verify     Compare every value
    02:00:19  verify     token_scores compared: equal, 847,080 rows on both sides, in 12.0 s
    02:00:20  verify     query tokens list: equal, 2,391 rows, 28.1 s before, 12 ms after
    02:00:21  verify     query settings: equal, 1 row, 0.3 ms before, 0.5 ms after
    02:00:24  verify     done in 12.4 s: 847,080 rows are equal
    02:00:25  dump       Dump the target
    02:00:29  dump       done in 1 m 5 s: dump of 380 MB

    run      20260131-020000-3f9a
    started  2026-01-31 02:00:00 +00:00
    plan     To The Moon
    source   /srv/tothemoon/dev.db
    target   app@db.example:5432/moon
    outcome  completed: 847,080 rows in 1 table copied and compared (exit 0)

    step       state      time  result
    preflight  done      1.2 s  2 checks, 1 with a warning
    backup     done      2.7 s  snapshot of 1.4 GB is sound
    copy       done     13.3 s  847,080 rows copied
    verify     done     12.4 s  847,080 rows are equal
    dump       done    1 m 5 s  dump of 380 MB
    all               1 m 34 s

    table         source rows  target rows  digest        verdict
    token_scores      847,080      847,080  abababababab  equal

    query        before  as sent  fast  factor   result             index
    tokens list  28.1 s    12 ms        2,342 x  equal, 2,391 rows  token_scores_pkey
    settings     0.3 ms   0.5 ms        0.5 x    equal, 1 row

    snapshot  /b/20260131-020000-3f9a/snapshot.db
    dump      /b/20260131-020000-3f9a/target.dump
    log       /b/20260131-020000-3f9a/wizard.log
    report    /b/20260131-020000-3f9a/report.txt

    done and verified: 847,080 rows in 1 table copied and compared (exit 0)"
  `);
});

test('a run that finds differences shows the keys, escapes what the data contain, and says what to do', () => {
  expect(play(different)).toMatchInlineSnapshot(`
    "02:00:00  run        20260131-020000-3f9a of plan To The Moon
    02:00:00  run        /srv/tothemoon/dev.db -> app@db.example:5432/moon
    02:00:00  run        log /b/20260131-020000-3f9a/wizard.log
    02:00:01  verify     Compare every value
    02:00:03  verify     tokens compared: equal, 1 row on both sides, in 3 ms
    02:00:04  verify     token_scores compared: DIFFERENT, 578 rows in the source, 576 in the target, 2 differ, in 900 ms
                         ERROR    values of token_scores differ (2 rows)
                                  17: \\u{1b}[2Jgone\\r\\n
                                  18: 月
                                  > ttm-wizard run --restart
    02:00:05  verify     FAILED after 1.5 s: 2 rows differ

    run      20260131-020000-3f9a
    started  2026-01-31 02:00:00 +00:00
    plan     To The Moon
    source   /srv/tothemoon/dev.db
    target   app@db.example:5432/moon
    outcome  failed: 2 rows differ (exit 6)

    step       state    time  result
    preflight  left
    backup     left
    copy       left
    verify     failed  1.5 s  2 rows differ
    dump       left
    all                1.5 s

    table         source rows  target rows  digest        verdict
    token_scores          578          576  abababababab  DIFFERENT: 2 rows, target cdcdcdcdcdcd
    tokens                  1            1  abababababab  equal, 1 quarantined

    log     /b/20260131-020000-3f9a/wizard.log
    report  /b/20260131-020000-3f9a/report.txt

    Error: 2 rows differ
    What to do:
      ttm-wizard run --restart
    Log: /b/20260131-020000-3f9a/wizard.log
    (DIFFERENCES, exit 6)"
  `);
});

test('a resumed run, a dry run and a rollback have their lines too', () => {
  expect(play(rest)).toMatchInlineSnapshot(`
    "02:00:00  run        20260131-020000-3f9a of plan To The Moon
    02:00:00  run        /s -> h:5432/d
    02:00:00  run        log /b/l
    02:00:00  run        the run goes on at step copy; done before: preflight, backup
    02:00:01  question   Start? (--yes)
    02:00:02  answer     start: yes (flag)
    02:00:03  schema     would do: tables
                         CREATE TABLE a (
                             id integer
                         );
    02:00:04  schema     taken back: 4 tables dropped

    run      20260131-020000-3f9a
    started  2026-01-31 02:00:00 +00:00, resumed
    plan     To The Moon
    source   /s
    target   h:5432/d
    outcome  rolled-back: the run has been taken back (exit 0)

    step       state  time  result
    preflight  done   0 ms
    backup     done   0 ms
    copy       left
    verify     left
    dump       left
    all               0 ms

    snapshot  /b/snapshot.db
    log       /b/l
    report    /b/report.txt"
  `);
});

test('what the person has stopped is told as that, not as a failure', () => {
  const text = play([
    ...rest.slice(0, 1),
    { type: 'step.started', step: 'copy', title: 'Copy the rows' },
    { type: 'step.failed', step: 'copy', code: 'STOPPED', message: 'stopped (r)', elapsedMs: 1500 },
    {
      type: 'run.failed',
      exitCode: 130,
      code: 'STOPPED',
      message: 'stopped; kept',
      remedies: [],
      elapsedMs: 1,
    },
  ]);
  expect(text).toContain('copy       ended after 1.5 s: stopped (r)');
  expect(text).toContain('outcome  stopped; kept (exit 130)');
  expect(text).toMatch(/^copy +stopped +1\.5 s +stopped \(r\)$/m);
  expect(text).toContain('\nStopped; kept\n');
  expect(text).not.toMatch(/failed|error/i);
});

test('a rate is told only where this process has copied all of it', () => {
  const copied: EventBody = {
    ...{ type: 'table.copied', step: 'copy', table: 't', rows: 4000, bytes: 1, quarantined: 0 },
    elapsedMs: 2000,
  };
  expect(play([...successful.slice(0, 1), copied])).toContain('2,000 rows/s');
  expect(play([...rest.slice(0, 1), copied])).not.toContain('rows/s');
});

test('the SQL of a dry run keeps its shape, without spaces at the end of a line', () => {
  const sql: EventBody = {
    type: 'plan.statement',
    step: 'schema',
    title: 'two',
    sql: 'SELECT 1;\n\nSELECT\n\t2;\n',
  };
  const indent = ' '.repeat(21);
  expect(play([sql]).split('\n').slice(1)).toEqual([
    `${indent}SELECT 1;`,
    '',
    `${indent}SELECT`,
    `${indent}    2;`,
  ]);
  expect(play([sql], unpainted, false, SPOKEN).split('\n').slice(1)).toEqual([
    'SELECT 1;',
    '',
    'SELECT',
    '    2;',
  ]);
});

test('NO_COLOR leaves no escape sequence at all, FORCE_COLOR changes nothing but the colours', () => {
  const everything = [...successful, ...different, ...rest];
  const bare = play(everything, choosePaint(true, { NO_COLOR: '1' }, false), true);
  expect(bare.match(/\u001b/g)).toBeNull();
  const painted = play(everything, choosePaint(false, { FORCE_COLOR: '1' }, false), true);
  expect(painted).toContain('\u001b[');
  expect(painted.replace(/\u001b\[\d+m/g, '')).toBe(bare);
});

test('what is waited for is said once, with what to type, and again when it is another thing', () => {
  const waiting = (what: string, silentMs: number): EventBody => ({
    type: 'run.waiting',
    what,
    remedies: ['end it'],
    silentMs,
  });
  const lines = play([waiting('a lock', 10_000), waiting('a lock', 20_000), waiting('VACUUM', 30_000)]);
  expect(lines).toMatchInlineSnapshot(`
    "02:00:00  waiting    for a lock, 10 s so far
    02:00:00  waiting    > end it
    02:00:02  waiting    for VACUUM, 30 s so far
    02:00:02  waiting    > end it"
  `);
});
