// The plain lines of recorded runs for a screen reader, and how often progress is told to whom.
import { expect, test } from 'vitest';
import type { EventBody } from '../../src/events.js';
import { unpainted } from '../../src/output/paint.js';
import { SPOKEN, play } from './play.js';
import { different, successful } from './recorded-run.js';

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
