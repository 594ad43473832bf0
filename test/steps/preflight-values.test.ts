// Preflight reads every value and names each one that PostgreSQL could not hold as it is, before anything is written.
import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeSample } from '../../src/demo/sample.js';
import type { Finding } from '../../src/events.js';
import { type Planted, plantBadValues } from '../support/bad-values.js';
import {
  type Migration,
  type Site,
  createSite,
  endingOf,
  findingsOf,
  objectsIn,
} from '../support/migrate.js';

let site: Site;
let planted: readonly Planted[];
let run: Migration;
let findings: readonly Finding[];
let before: readonly string[];

beforeAll(async () => {
  site = await createSite();
  writeSample(site.source, { scores: 2000 });
  planted = plantBadValues(site.source);
  before = await objectsIn(site);
  run = await site.migrate();
  findings = findingsOf(run, 'preflight').filter(({ severity }) => severity === 'error');
});

afterAll(() => site.remove());

function kindOf({ table, column, code }: Pick<Finding, 'table' | 'column' | 'code'>): string {
  return `${table ?? ''}.${column ?? ''} ${code}`;
}

describe('a source with values that the target cannot hold', () => {
  it('stops with exit code 3 and says that nothing has been changed', () => {
    expect(endingOf(run)).toMatchObject({ type: 'run.failed', exitCode: 3, code: 'PREFLIGHT_FAILED' });
    expect(run.view.message).toContain('nothing has been changed');
    expect(run.view.remedies).toContain(
      'correct these rows, or: --on-bad-value quarantine sets them aside, byte for byte',
    );
  });

  it('leaves the target without a single object of the wizard', async () => {
    expect(await objectsIn(site)).toEqual(before);
    expect(before).toEqual(['schema public']);
  });

  it('leaves nothing but state, log, events and report in the run folder', () => {
    expect(readdirSync(run.folder).sort()).toEqual([
      'events.ndjson',
      'report.json',
      'report.txt',
      'state.json',
      'wizard.log',
    ]);
  });

  it('is found to have exactly the kinds of bad values that were planted, and how many of each', () => {
    const expected = new Map<string, number>();
    for (const one of planted) expected.set(kindOf(one), (expected.get(kindOf(one)) ?? 0) + 1);
    const found = new Map<string, number>();
    for (const one of findings) found.set(kindOf(one), (found.get(kindOf(one)) ?? 0) + (one.count ?? 0));
    expect([...found].sort()).toEqual([...expected].sort());
  });

  it('hears of each problem of a column by itself, with its own count and rows', () => {
    const of = (column: string, code: string): string[] =>
      findings
        .filter((finding) => finding.table === 'token_scores' && finding.column === column)
        .filter((finding) => finding.code === code)
        .map(({ message, count = 0 }) => `${count} ${message.replace('token_scores.', '')}`)
        .sort();
    expect(of('created_at', 'not-a-time')).toEqual([
      '1 created_at is a leap second, which the target does not hold',
      '2 created_at is not an existing time',
      '3 created_at is not a time of the form YYYY-MM-DD HH:MM:SS',
    ]);
    expect(of('raw_components', 'json-syntax')).toEqual([
      '1 raw_components is not JSON: control character in a string at byte 11',
      '1 raw_components is not JSON: string without end at byte 12',
      '1 raw_components is not JSON: unexpected token at byte 1',
      '2 raw_components is not JSON: key expected',
    ]);
    expect(of('score', 'wrong-type')).toEqual([
      '1 score is stored as blob, which numeric cannot hold',
      '2 score is stored as text, which numeric cannot hold',
    ]);
    const leap = findings.find(({ message }) => message.includes('leap second'));
    expect(leap?.examples).toEqual([{ key: '920010', value: '2016-12-31 23:59:60' }]);
  });

  it('is told the key of every bad row, or the first five of a kind', () => {
    for (const one of planted.filter(({ key }) => key !== '')) {
      const same = findings.filter((candidate) => kindOf(candidate) === kindOf(one));
      for (const { count = 0, examples = [] } of same) expect(examples).toHaveLength(Math.min(5, count));
      const keys = same.flatMap(({ examples = [] }) => examples.map(({ key }) => key));
      if (same.every(({ count = 0 }) => count <= 5))
        expect(keys, `${kindOf(one)} of row ${one.key}`).toContain(one.key);
    }
  });

  it('shows the values shortened and without characters that a terminal would obey', () => {
    const shown = findings.flatMap(({ examples = [] }) => examples.flatMap(({ key, value }) => [key, value]));
    for (const text of shown) {
      expect(text.length).toBeLessThanOrEqual(130);
      expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
    }
    expect(shown).toContain('nul \\u{0} inside');
    expect(shown).toContain("x'00ff'");
    expect(shown).toContain('NULL');
    expect(shown).toContain(`${'['.repeat(60)}…`);
  });

  it('leaves one folder, that of the newest attempt, however often it is tried', async () => {
    const again = await site.migrate();
    expect(readdirSync(site.backupDir).filter((name) => name.startsWith('2'))).toEqual([
      basename(again.folder),
    ]);
    expect(again.folder).not.toBe(run.folder);
  });

  it('has no other findings against it', () => {
    expect(run.events.filter((event) => event.type === 'step.failed')).toMatchObject([{ step: 'preflight' }]);
    expect(findings.every(({ table }) => table !== undefined)).toBe(true);
  });
});

describe('a good source', () => {
  it('passes, and hears that all of its values fit', async () => {
    const good = await createSite();
    try {
      writeSample(good.source, { scores: 100 });
      const codes = (await good.migrate()).view.findings
        .filter(({ step }) => step === 'preflight')
        .map(({ severity, code }) => `${severity} ${code}`);
      expect(codes).toContain('ok values-fit');
      expect(codes.filter((code) => code.startsWith('error'))).toEqual([]);
    } finally {
      await good.remove();
    }
  });
});
