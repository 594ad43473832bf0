// The plain lines of recorded runs, as a person reads them.
import { expect, test } from 'vitest';
import type { EventBody } from '../../src/events.js';
import { USUAL_LOOK } from '../../src/output/look.js';
import { choosePaint, unpainted } from '../../src/output/paint.js';
import { plainSink } from '../../src/output/plain.js';
import { EMPTY_VIEW, reduce } from '../../src/view.js';
import { capture } from './capture.js';
import { different, record, rest, successful } from './recorded-run.js';

function play(
  bodies: readonly EventBody[],
  paint = unpainted,
  isTty = false,
  look = USUAL_LOOK,
  columns?: number,
): string {
  const out = capture(isTty, look, columns);
  const sink = plainSink(out, paint);
  let view = EMPTY_VIEW;
  for (const event of record(bodies)) {
    view = reduce(view, event);
    sink(event, view);
  }
  return out.lines.join('\n');
}

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

test('progress on a terminal comes every two seconds, elsewhere only with ten percent more', () => {
  const progress = (text: string): number =>
    text.split('\n').filter((line) => line.includes('rows/s, about')).length;
  expect(progress(play(successful, unpainted, true))).toBe(3);
  expect(progress(play(successful))).toBe(2);
});

test('progress that stays behind is still seen every half minute', () => {
  const slow = [0, 10_000, 20_000, 31_000, 40_000, 62_000].map((elapsedMs): EventBody => ({
    type: 'step.progress',
    step: 'copy',
    doing: 'copying',
    done: 1,
    total: 1000,
    unit: 'rows',
    elapsedMs,
  }));
  expect(play(slow).split('\n').length).toBe(2);
});

test('progress never claims to be complete before it is', () => {
  const almost = [0, 5000].map((elapsedMs): EventBody => ({
    type: 'step.progress',
    step: 'backup',
    doing: 'copying pages',
    done: elapsedMs * 199,
    total: 1_000_000,
    unit: 'bytes',
    elapsedMs,
  }));
  expect(play(almost)).toContain('copying pages: 995 kB of 1 MB, 99 %, 199 kB/s, about 1 s left');
});

const SPOKEN = { ...USUAL_LOOK, isScreenReader: true };

test('for a screen reader a run is sentences: no columns, progress at each ten percent', () => {
  expect(play(successful, unpainted, true, SPOKEN)).toMatchInlineSnapshot(`
    "02:00:00 run: 20260131-020000-3f9a of plan To The Moon
    02:00:00 run: /srv/tothemoon/dev.db -> app@db.example:5432/moon
    02:00:00 run: log /b/20260131-020000-3f9a/wizard.log
    02:00:01 notice: the source is on a network disk
    02:00:02 preflight: Check source, target and machine
    warning: no dump will be made
    to do: leave out --no-dump
    ok: the database is UTF-8
    02:00:05 preflight: done in 1.2 s: 2 checks, 1 with a warning
    02:00:06 backup: Make and check the snapshot
    02:00:07 backup: done in 2.7 s: snapshot of 1.4 GB is sound
    02:00:08 copy: Copy the rows
    02:00:12 copy: copying token_scores: 10 %, about 12 s left
    02:00:14 copy: copying token_scores: 40 %, about 7 s left
    02:00:16 copy: token_scores copied: 847,080 rows, 1.2 GB in 13.3 s, 63,690 rows/s
    02:00:17 copy: done in 13.3 s: 847,080 rows copied
    02:00:18 verify: Compare every value
    02:00:19 verify: token_scores compared: equal, 847,080 rows on both sides, in 12.0 s
    02:00:20 verify: query tokens list: equal, 2,391 rows, 28.1 s before, 12 ms after
    02:00:21 verify: query settings: equal, 1 row, 0.3 ms before, 0.5 ms after
    02:00:24 verify: done in 12.4 s: 847,080 rows are equal
    02:00:25 dump: Dump the target
    02:00:29 dump: done in 1 m 5 s: dump of 380 MB

    run: 20260131-020000-3f9a
    started: 2026-01-31 02:00:00 +00:00
    plan: To The Moon
    source: /srv/tothemoon/dev.db
    target: app@db.example:5432/moon
    outcome: completed: 847,080 rows in 1 table copied and compared (exit 0)

    step preflight, state done, time 1.2 s, result 2 checks, 1 with a warning
    step backup, state done, time 2.7 s, result snapshot of 1.4 GB is sound
    step copy, state done, time 13.3 s, result 847,080 rows copied
    step verify, state done, time 12.4 s, result 847,080 rows are equal
    step dump, state done, time 1 m 5 s, result dump of 380 MB
    step all, time 1 m 34 s

    table token_scores, source rows 847,080, target rows 847,080, digest abababababab, verdict equal

    query tokens list, before 28.1 s, as sent 12 ms, factor 2,342 x, result equal, 2,391 rows, index token_scores_pkey
    query settings, before 0.3 ms, as sent 0.5 ms, factor 0.5 x, result equal, 1 row

    snapshot: /b/20260131-020000-3f9a/snapshot.db
    dump: /b/20260131-020000-3f9a/target.dump
    log: /b/20260131-020000-3f9a/wizard.log
    report: /b/20260131-020000-3f9a/report.txt

    done and verified: 847,080 rows in 1 table copied and compared (exit 0)"
  `);
});

test('for a screen reader findings say what they are, and nothing stands in columns', () => {
  const text = play(different, unpainted, true, SPOKEN);
  for (const line of [
    'ERROR: values of token_scores differ (2 rows)',
    'example, 18: 月',
    'to do: ttm-wizard run --restart',
    'table tokens, source rows 1, target rows 1, digest abababababab, verdict equal, 1 quarantined',
  ])
    expect(text.split('\n')).toContain(line);
  expect(text).not.toMatch(/\S {2,}\S/);
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

test('a screen reader hears each ten percent of a table once, in between nothing', () => {
  const rows = Array.from({ length: 201 }, (_, index) => index * 5);
  const tables = ['tokens', 'token_scores'].flatMap((table) =>
    rows.map((done): EventBody => ({
      type: 'step.progress',
      step: 'copy',
      doing: 'copying',
      table,
      done,
      total: 1000,
      unit: 'rows',
      elapsedMs: done,
    })),
  );
  const heard = [...play(tables, unpainted, true, SPOKEN).matchAll(/copying (\w+): (\d+) %/g)];
  const tens = ['10', '20', '30', '40', '50', '60', '70', '80', '90'];
  expect(heard.map(([, table, percent]) => [table, percent])).toEqual(
    ['tokens', 'token_scores'].flatMap((table) => tens.map((percent) => [table, percent])),
  );
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
