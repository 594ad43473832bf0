// Which rows PostgreSQL takes: the check is held against the server itself, just below its limits and beyond them.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rowCheckFor } from '../../src/codec/row-size.js';
import type { SqliteValue } from '../../src/codec/column.js';
import type { ColumnPlan, ColumnType } from '../../src/plans/plan.js';
import { type TestDatabase, createDatabase } from '../support/database.js';

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await createDatabase();
  client = new pg.Client({ connectionString: database.url });
  client.on('error', () => undefined);
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

function columnsOf(count: number, type: ColumnType): ColumnPlan[] {
  return Array.from({ length: count }, (_, i) => ({ name: `c${i}`, declared: '', type, nullable: true }));
}

/** What the server says to the row, undefined when it takes it. */
async function refusalOf(
  columns: readonly ColumnPlan[],
  row: readonly SqliteValue[],
): Promise<string | undefined> {
  const definitions = columns.map(({ name, type }) => `${name} ${type}`).join(', ');
  const keys = columns.filter(({ indexed }) => indexed === true).map(({ name }) => name);
  const values = row.map((value) => (value === null ? 'NULL' : `'${String(value)}'`)).join(', ');
  const key = keys.length === 0 ? '' : `, PRIMARY KEY (${keys.join(', ')})`;
  await client.query(`CREATE TABLE t (${definitions}${key})`);
  try {
    await client.query(`INSERT INTO t VALUES (${values})`);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await client.query('DROP TABLE t');
  }
}

function randomText(length: number): string {
  return Array.from({ length }, () => String.fromCharCode(33 + ((Math.random() * 90) | 0)))
    .join('')
    .replace(/['\\]/g, '-');
}

describe('a row of many values', () => {
  it.each([
    ['bigint', 990, 1100, 5n],
    ['text', 330, 500, 'long text, '.repeat(30)],
    ['text', 1300, 1600, 'abcde'],
    ['timestamptz', 990, 1030, '2025-10-01 10:00:00'],
    ['numeric', 700, 1300, 0.123456],
    ['jsonb', 330, 600, '{"a": [1, 2, 3], "b": "long enough to be stored apart"}'],
  ] as const)('of %s passes as long as the server takes it', async (type, fitting, tooMany, value) => {
    const rowOf = (columns: readonly ColumnPlan[]): SqliteValue[] => columns.map(() => value);
    const few = columnsOf(fitting, type);
    expect([rowCheckFor(few)?.(rowOf(few)), await refusalOf(few, rowOf(few))]).toEqual([
      undefined,
      undefined,
    ]);
    const many = columnsOf(tooMany, type);
    expect(rowCheckFor(many)?.(rowOf(many))?.problem.code).toBe('too-long');
    expect(await refusalOf(many, rowOf(many))).toMatch(/^row is too big/);
  });

  it('of integers fits whatever a table may have of them', () => {
    const columns = columnsOf(1590, 'integer');
    expect(rowCheckFor(columns)?.(columns.map(() => 5n))).toBeUndefined();
  });

  it('counts nothing for NULL', () => {
    const columns = columnsOf(1500, 'bigint');
    const row = columns.map((_, i) => (i < 900 ? 1n : null));
    expect(rowCheckFor(columns)?.(row)).toBeUndefined();
    expect(rowCheckFor(columns)?.(columns.map(() => 1n))).toMatchObject({ column: { name: 'c0' } });
  });

  it('is not looked at in a table of few columns', () => {
    expect(rowCheckFor(columnsOf(100, 'text'))).toBeUndefined();
  });
});

describe('a key of several columns', () => {
  const columns: ColumnPlan[] = ['a', 'b'].map((name) => ({
    name,
    declared: '',
    type: 'text',
    indexed: true,
  }));
  columns.push({ name: 'n', declared: '', type: 'bigint', indexed: true });

  it('is too long together where each column is not, and its longest is named', async () => {
    const row = [randomText(1200), randomText(2000), 5n];
    expect(rowCheckFor(columns)?.(row)).toMatchObject({
      column: { name: 'b' },
      problem: { code: 'too-long' },
    });
    expect(await refusalOf(columns, row)).toMatch(/^index row size/);
  });

  it('passes as long as the server takes it', async () => {
    const row = [randomText(1300), randomText(1340), 5n];
    expect(rowCheckFor(columns)?.(row)).toBeUndefined();
    expect(await refusalOf(columns, row)).toBeUndefined();
  });
});
