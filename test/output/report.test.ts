// The report that a run leaves behind.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { EventBody } from '../../src/events.js';
import { reportText, writeReport } from '../../src/output/report.js';
import { different, record, successful, viewOf } from './recorded-run.js';

test('the report as text has summary, findings and notices, and no colours', () => {
  const text = reportText(viewOf(record(successful)));
  expect(text).toMatch(/^run +20260131-020000-3f9a\n/);
  for (const part of [
    'token_scores',
    '847,080',
    'abababababab',
    '2,342 x',
    'Findings of preflight',
    'Notices',
    'snapshot.db',
    'target.dump',
  ])
    expect(text).toContain(part);
  expect(text).not.toContain('\u001b');
});

test('the report as text has the indexes with their use, the sums of snapshot and dump, and the environment', () => {
  const text = reportText(viewOf(record(successful)));
  for (const line of [
    /^token_scores_pkey +token_scores +28 MB +340  btree \(id, created_at\)$/m,
    /^idx_token_scores_token_created +token_scores +26.5 MB +4,782  btree \(token_id, created_at DESC\)$/m,
    /^snapshot.db +1.4 GB +(?:12){32}$/m,
    /^target.dump +380 MB +(?:34){32}$/m,
    /^PostgreSQL +15.8$/m,
    /^memory +4 GB$/m,
    /^time zone +Europe\/Vienna$/m,
  ])
    expect(text).toMatch(line);
  const spoken = reportText(viewOf(record(successful)), true);
  expect(spoken).toContain('index token_scores_pkey, table token_scores, size 28 MB, scans 340, keys btree');
  expect(spoken).toContain('SQLite: 3.53.2');
});

test('the downtime stands in the head, also while it lasts and where it never ended', () => {
  const down: EventBody = { type: 'downtime.started', step: 'cutover' };
  const over: EventBody = { type: 'downtime.ended', step: 'cutover', downtimeMs: 872 };
  const [start, end] = [different.slice(0, 1), different.slice(-1)];
  const head = (...events: EventBody[]): string => reportText(viewOf(record([...start, ...events])));
  expect(head(down, over)).toMatch(/^downtime +872 ms, from 2026-01-31 02:00:01 \+00:00$/m);
  expect(head(down)).toMatch(/^downtime +from .*, not over yet$/m);
  expect(head(down, ...end)).toMatch(/^downtime .*, not over when the run ended$/m);
  expect(head()).not.toContain('downtime');
});

test('the report of a failed run says what to do', () => {
  const text = reportText(viewOf(record(different)));
  expect(text).toContain('outcome  failed: 2 rows differ (exit 6)');
  expect(text).toContain('What to do\n  ttm-wizard run --restart');
  expect(text).not.toContain('target.dump');
});

test('tables that differ come first', () => {
  const text = reportText(viewOf(record(different)));
  expect(text.indexOf('token_scores ')).toBeLessThan(text.indexOf('tokens '));
});

test('both files are for their owner alone, and the JSON is the view', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ttm-report-'));
  try {
    const view = viewOf(record(successful));
    writeReport(folder, view);
    for (const name of ['report.txt', 'report.json'])
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, 'report.txt'), 'utf8')).toBe(reportText(view));
    const json: unknown = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'));
    expect(json).toMatchObject({ v: 1, run: '20260131-020000-3f9a', outcome: 'completed', exitCode: 0 });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
