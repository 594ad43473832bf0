// Rows too large to be read are found by their lengths, named with key and column, and kept from every reader of the chunk.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChunkRange } from '../../src/chunk/range.js';
import { planChunks } from '../../src/chunk/plan.js';
import { type BadRow, ChunkReader } from '../../src/chunk/reader.js';
import { surveyChunk } from '../../src/chunk/survey.js';
import type { ColumnPlan, TablePlan } from '../../src/plans/plan.js';
import { openSource } from '../../src/source/sqlite.js';
import { Database } from '../../src/source/sqlite-driver.js';
import { writeSample } from '../../src/demo/sample.js';
import { verifyJob } from '../../steps/verify/tables.js';
import { type Site, createSite, endingOf, findingsOf, objectsIn } from '../support/migrate.js';

const LIMIT = 20_000;
const WHOLE: ChunkRange = { table: 't', number: 0, low: null, high: null };

function textTable(names: readonly string[], key: string): TablePlan {
  const columns = names.map((name): ColumnPlan => ({ name, declared: 'TEXT', type: 'text', nullable: true }));
  return { name: 't', columns, key: [key] };
}

describe('a chunk with rows over the limit', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ttm-large-'));
    path = join(folder, 'dev.db');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** The file of these statements, read with a limit of 20,000 bytes. */
  function withReader<T>(
    sql: string,
    names: readonly string[],
    use: (reader: ChunkReader, side: Database) => T,
    limit = LIMIT,
  ): T {
    const made = new Database(path);
    made.exec(sql);
    made.close();
    const [db, side] = [openSource(path), openSource(path)];
    try {
      return use(new ChunkReader(db, side, textTable(names, 'k'), names, limit), side);
    } finally {
      db.close();
      side.close();
    }
  }

  const MIXED = `CREATE TABLE t (k TEXT PRIMARY KEY, a, b);
    INSERT INTO t VALUES ('1', 'good', 'x'), ('2', 'y', CAST(zeroblob(20001) AS TEXT)), ('3', 'good', NULL),
      ('4', CAST(zeroblob(12000) AS TEXT), CAST(zeroblob(9000) AS TEXT)), ('5', printf('%.*c', 19000, 'z'), 'still good'), ('6', NULL, 7)`;

  it('has them counted as bad, each with its largest column, and all other rows read', () => {
    withReader(MIXED, ['k', 'a', 'b'], (reader) => {
      const { rows, bad, problems, badKeys } = surveyChunk(reader, WHOLE, []);
      expect([rows, bad, badKeys]).toEqual([3, 3, ['["2"]', '["4"]', '["6"]']]);
      expect(problems.map(({ column, code, count, examples }) => [column, code, count, examples])).toEqual([
        ['b', 'row-too-large', 1, [{ key: '2', value: '20001 bytes' }]],
        ['a', 'row-too-large', 1, [{ key: '4', value: '12000 bytes' }]],
        ['b', 'wrong-type', 1, [{ key: '6', value: '7' }]],
      ]);
      expect(reader.hasLargeRow(WHOLE)).toBe(true);
      expect(reader.hasLargeRow({ ...WHOLE, low: ['4'] })).toBe(false);
    });
  });

  it('is asked for them again when it is read, since one may have grown, but not where a survey of the same file has found none', () => {
    const small = `CREATE TABLE t (k TEXT PRIMARY KEY, a); INSERT INTO t VALUES ('1', 'good'), ('2', 'small')`;
    withReader(small, ['k', 'a'], (reader) => {
      const { rows, bad, bytes, digest } = surveyChunk(reader, WHOLE, []);
      const chunk = { ...WHOLE, low: null, high: null, survey: { rows, bad, bytes, digest } };
      expect([rows, bad]).toEqual([2, 0]);
      const writer = new Database(path);
      writer.exec(`UPDATE t SET a = printf('%.*c', 20001, 'x') WHERE k = '2'`);
      writer.close();
      const read = (isLive: boolean): number[] => {
        const { rows: good, bad: refused } = surveyChunk(
          reader,
          WHOLE,
          [],
          verifyJob(chunk, [], isLive).isMeasured,
        );
        return [good, refused];
      };
      expect(read(true)).toEqual([1, 1]);
      // Nobody writes to a snapshot; whoever did would be told of it by the digest.
      expect(read(false)).toEqual([2, 0]);
      const other = { ...chunk, survey: { ...chunk.survey, bad: 1 } };
      expect(verifyJob(other, [], false).isMeasured).toBe(false);
    });
  });

  it('reads the cells of its other bad rows from the right row, whatever their keys', () => {
    const sql = `${MIXED}; INSERT INTO t VALUES (x'39', 'blob key', 'c'), (CAST(x'38ff' AS TEXT), 'damaged key', 'd')`;
    withReader(sql, ['k', 'a', 'b'], (reader) => {
      const bad: BadRow[] = [];
      for (const _ of reader.read(WHOLE, [], (row) => bad.push(row)));
      const cells = bad
        .filter(({ index }) => index >= 0)
        .map(({ row, index }) =>
          reader.rawCells(row, WHOLE, index).map(({ bytes }) => bytes?.toString('latin1')),
        );
      expect(cells).toEqual([
        ['6', undefined, '7'],
        ['8\xff', 'damaged key', 'd'],
        ['9', 'blob key', 'c'],
      ]);
    });
  });

  it('takes a row of exactly the limit, and has none in a file no larger than it', () => {
    const sql = `CREATE TABLE t (k TEXT PRIMARY KEY, a); INSERT INTO t VALUES ('k', CAST(zeroblob(19999) AS TEXT))`;
    withReader(sql, ['k', 'a'], (reader) => {
      expect(reader.hasLargeRow(WHOLE)).toBe(false);
    });
    const more = `UPDATE t SET a = CAST(zeroblob(20000) AS TEXT)`;
    withReader(more, ['k', 'a'], (reader) => {
      expect(reader.hasLargeRow(WHOLE)).toBe(true);
    });
    withReader('', ['k', 'a'], (reader) => expect(reader.hasLargeRow(WHOLE)).toBe(false), 1_000_000);
  });

  it('may have a thousand columns', () => {
    const names = ['k', ...Array.from({ length: 1000 }, (_, i) => `c${i}`)];
    const sql = `CREATE TABLE t (${names.join(', ')}, PRIMARY KEY (k)); INSERT INTO t (k, c999) VALUES ('a', CAST(zeroblob(30000) AS TEXT)), ('b', 'good')`;
    withReader(sql, names, (reader) => {
      const { rows, problems } = surveyChunk(reader, WHOLE, []);
      expect([rows, problems.map(({ column }) => column)]).toEqual([1, ['c999']]);
    });
  });

  it('does not begin or end with a key that is too long to be one', () => {
    const sql = `CREATE TABLE t (k TEXT PRIMARY KEY);
      INSERT INTO t VALUES ('a'), ('b' || printf('%.*c', 30000, 'b')), ('c'), ('d')`;
    withReader(sql, ['k'], (_, side) => {
      const chunks = [...planChunks(side, textTable(['k'], 'k'), ['k'], { rows: 2, bytes: 1e9 })];
      expect(chunks.map(({ low, high }) => [low, high])).toEqual([
        [null, ['c']],
        [['c'], null],
      ]);
    });
  });
});

describe('a source with a text of 300 MB', () => {
  let site: Site;
  beforeEach(async () => {
    site = await createSite();
    writeSample(site.source, { scores: 50 });
    const db = new Database(site.source);
    db.exec(`INSERT INTO app_settings VALUES ('huge', CAST(zeroblob(300000000) AS TEXT))`);
    db.close();
  });
  afterEach(() => site.remove());

  it('is refused with its row, column and what to do, in quarantine mode too', async () => {
    const before = await objectsIn(site);
    const run = await site.migrate({ onBadValue: 'quarantine' });
    expect(endingOf(run)).toMatchObject({ type: 'run.failed', exitCode: 3 });
    const [finding] = findingsOf(run, 'preflight').filter(({ severity }) => severity === 'error');
    expect(finding).toMatchObject({
      ...{ code: 'row-too-large', table: 'app_settings', column: 'value', count: 1 },
      examples: [{ key: 'huge', value: '300000000 bytes' }],
    });
    expect(run.view.remedies.join()).toContain('shorten these values');
    expect(await objectsIn(site)).toEqual(before);
  });
});
