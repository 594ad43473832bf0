// Whether the way in which the server answers a query is right: on a large table by its index, on a small one however it likes.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type pg from 'pg';
import { type PlanCheck, checkPlan, unlessQuick } from '../../steps/verify/query-plan.js';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { connectAsText } from '../support/migrate.js';

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await createDatabase();
  client = await connectAsText(database.url);
  await client.query(`
    CREATE TABLE small (id integer PRIMARY KEY, n integer);
    INSERT INTO small SELECT i, i FROM generate_series(1, 2400) AS i;
    CREATE TABLE large (id integer, month integer, n integer) PARTITION BY RANGE (month);
    CREATE TABLE large_1 PARTITION OF large FOR VALUES FROM (1) TO (2);
    CREATE TABLE large_2 PARTITION OF large FOR VALUES FROM (2) TO (3);
    CREATE TABLE large_rest PARTITION OF large DEFAULT;
    INSERT INTO large SELECT i, 1 + i % 2, i FROM generate_series(1, 24000) AS i;
    CREATE INDEX idx_large_id ON large (id);
    ANALYZE small;
    ANALYZE large`);
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

const reason = 'has few rows';

function check(
  sql: string,
  values: string[],
  more: { index?: string; scanned?: string } = {},
): Promise<PlanCheck> {
  const { index, scanned } = more;
  const query = {
    ...(index === undefined ? {} : { index }),
    ...(scanned === undefined ? {} : { scans: [{ table: scanned, reason }] }),
  };
  return checkPlan(client, query, sql, values);
}

describe('the plan of a query', () => {
  it('is right when it uses its index, by the name of the whole table in each month', async () => {
    const found = await check('SELECT n FROM large WHERE id = $1', ['7'], { index: 'idx_large_id' });
    expect(found).toEqual({ isRight: true, reasons: [], indexes: ['idx_large_id'] });
  });

  it('is not right when it reads all of a large table instead', async () => {
    const found = await check('SELECT id FROM large WHERE n = $1', ['7'], { index: 'idx_large_id' });
    expect(found).toMatchObject({
      isRight: false,
      reasons: ['uses no index idx_large_id', 'reads all of large'],
    });
  });

  it('is not right when it reads all of a large table in some part of it', async () => {
    const found = await check(
      'SELECT id FROM small WHERE EXISTS (SELECT FROM large WHERE large.n = $1)',
      ['7'],
      {
        scanned: 'small',
      },
    );
    expect(found).toMatchObject({ isRight: false, reasons: ['reads all of large'] });
  });

  it('is right with a reason where the plan lets the table be read', async () => {
    expect(await check('SELECT id FROM large WHERE n = $1', ['7'], { scanned: 'large' })).toMatchObject({
      isRight: true,
      reasons: ['reads all of large, which has few rows'],
    });
    expect(await check('SELECT id FROM small WHERE n = $1', ['7'], { scanned: 'small' })).toMatchObject({
      isRight: true,
      reasons: ['reads all of small, which has few rows'],
    });
  });

  it('cries wolf over no small table, whatever it uses', async () => {
    const found = await check('SELECT id FROM small WHERE n = $1', ['7'], { index: 'small_pkey' });
    expect(found).toMatchObject({ isRight: true, indexes: [] });
  });

  it('changes nothing and asks nothing of the tables', async () => {
    await client.query('BEGIN READ ONLY');
    const sql = 'DELETE FROM small WHERE id = $1';
    expect(await check(sql, ['7'])).toMatchObject({ isRight: true, indexes: ['small_pkey'] });
    await client.query('ROLLBACK');
  });
});

it('is nothing to complain of where the answer takes no time, and is said all the same', () => {
  const missed: PlanCheck = { isRight: false, reasons: ['uses no index idx_large_id'], indexes: [] };
  expect(unlessQuick(missed, 5.1)).toBe(missed);
  expect(unlessQuick(missed, 0.4)).toEqual({
    isRight: true,
    reasons: ['uses no index idx_large_id, and takes no time by it'],
    indexes: [],
  });
});
