// A query on the source: its parameters come from the source itself, and what an older source cannot answer is said instead of failing.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { timeAnswer } from '../../src/chunk/query-times.js';
import { runQuery } from '../../src/chunk/query.js';
import { Database } from '../../src/source/sqlite-driver.js';

const folder = mkdtempSync(join(tmpdir(), 'ttm-query-'));
const db = new Database(join(folder, 'a.db'));
db.defaultSafeIntegers(true);
db.exec(`CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, score NUMERIC, doc JSON);
  INSERT INTO t VALUES (1, 'a', 0.5, '{"n": 1}'), (2, 'b', NULL, '{"n": NaNa}'), (9007199254740993, 'c', 1, NULL)`);

afterAll(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

function ask(sql: string, parameters?: string): ReturnType<typeof runQuery> {
  return runQuery(db, { kind: 'query', sql, ...(parameters === undefined ? {} : { parameters }) });
}

describe('a query on the source', () => {
  it('takes its values from a query of its own, by number and more than once', async () => {
    const answer = await ask(
      'SELECT $2 AS two, id FROM t WHERE id >= $1 AND id > $1 ORDER BY id LIMIT $3',
      "SELECT (SELECT min(id) FROM t), 'x', 1",
    );
    expect(answer).toMatchObject({ columns: ['two', 'id'], rows: [['x', '2']], parameters: ['1', 'x', '1'] });
  });

  it('keeps every digit of integers and decimals, and NULL', async () => {
    const { rows } = await ask('SELECT id, score FROM t ORDER BY id');
    expect(rows).toEqual([
      ['1', '0.5'],
      ['2', null],
      ['9007199254740993', '1'],
    ]);
  });

  it.each([
    ['a column that the source lacks', 'SELECT spam FROM t', 'no such column: spam'],
    ['a table that the source lacks', 'SELECT * FROM u', 'no such table: u'],
    ['a function of the application', 'SELECT own(id) FROM t', 'no such function: own'],
    ['text that is no JSON', "SELECT json_extract(doc, '$.n') FROM t", 'malformed JSON'],
    ['an answer that fills the memory', 'SELECT hex(zeroblob(17000000))', 'its answer has more than 32 MB'],
  ])('says why it is not asked: %s', async (_, sql, reason) => {
    expect(await ask(sql)).toMatchObject({ rows: [], unavailable: reason });
  });

  it('says so of its parameters too', async () => {
    expect(await ask('SELECT $1', 'SELECT absent FROM t')).toMatchObject({
      unavailable: 'no such column: absent',
    });
  });

  it('fails where the statement itself is wrong', async () => {
    await expect(ask('SELECT FROM t')).rejects.toThrow('syntax error');
  });
});

describe('the times of a query', () => {
  /** Runs that take as long as told, by a clock of their own. */
  async function timesOf(...durations: number[]): Promise<unknown> {
    let now = 0;
    const left = [...durations];
    const run = (): { columns: string[]; rows: [] } => {
      now += left.shift() ?? Number.NaN;
      return { columns: [], rows: [] };
    };
    return (await timeAnswer(run, () => now)).times;
  }

  it('are the first run and the median of three warm ones', async () => {
    expect(await timesOf(900, 30, 10, 20)).toEqual({ firstMs: 900, ms: 20, warmRuns: 3 });
  });

  it('are the first run alone where that took more than a second', async () => {
    expect(await timesOf(1001)).toEqual({ firstMs: 1001, ms: 1001, warmRuns: 0 });
  });
});
