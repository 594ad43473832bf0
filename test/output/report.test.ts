// The report that a run leaves behind.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
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
