// Checked rows in binary COPY become the same stored values as their canonical lines: the fast way changes nothing.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BinaryRowWriter } from '../../src/codec/binary.js';
import type { SqliteValue } from '../../src/codec/column.js';
import type { ColumnPlan } from '../../src/plans/plan.js';
import { type Row, columnOf, columns, createTable, linesOf, load, rows, storedLines } from './one-of-each.js';
import { type ServerAnswers, differences, openAnswers } from './server-answers.js';

let server: ServerAnswers;
const timeColumns = [columnOf('n', 'bigint'), columnOf('t', 'timestamptz')];
const numberColumns = [columnOf('n', 'bigint'), columnOf('v', 'numeric'), columnOf('d', 'double precision')];

beforeAll(async () => {
  server = await openAnswers();
  await createTable(server.client, 'each', columns);
  await createTable(server.client, 'times', timeColumns);
  await createTable(server.client, 'numbers', numberColumns);
});
afterAll(() => server.close());

async function expectSameValues(
  table: string,
  all: readonly ColumnPlan[],
  source: readonly Row[],
): Promise<void> {
  await load(server.client, table, all, source);
  const lines = linesOf(all, source).map((line) => line.toString('utf8'));
  expect(differences(source, lines, await storedLines(server.client, table, all))).toEqual([]);
}

const numbered = (values: readonly SqliteValue[]): Row[] => values.map((value, i) => [BigInt(i), value]);

describe('binary COPY', () => {
  test('stores what the canonical line says, for a column of each type', async () => {
    const property = fc.asyncProperty(rows, (source) => expectSameValues('each', columns, source));
    await fc.assert(property, { numRuns: 20 });
  });

  test('stores every time in every spelling of as many characters as the usual one', async () => {
    await expectSameValues(
      'times',
      timeColumns,
      numbered([
        ...['2024-01-02 03:04:05.123456', '2024-01-02 03:04:05.123+02', '2024-01-02 03:04:05.12345Z'],
        ...['2024-01-02 03:04:05 +05:30', '2024-01-02T03:04:05.123456', '2024-01-02 03:04:05.12 +02'],
        ...['2024-01-02 03:04:05.1-0330', '2024-01-02 03:04:05.000000', '1970-01-01 00:00:00.000001'],
      ]),
    );
  });

  test('stores times of every year', async () => {
    const years = Array.from({ length: 9999 }, (_, i) => String(i + 1).padStart(4, '0'));
    const clocks = [' 00:00:00.000000', ' 23:59:59.999999', '', 'T12:00:00.5Z', ' 12:34:56.000001'];
    const values = years.map(
      (year, i) => `${year}-${i % 2 === 0 ? '12-31' : '01-01'}${clocks[i % clocks.length] ?? ''}`,
    );
    await expectSameValues('times', timeColumns, numbered(values));
  });

  test('stores numbers of every size with every count of decimals', async () => {
    const decimal = fc
      .tuple(fc.maxSafeInteger(), fc.integer({ min: 0, max: 15 }), fc.integer({ min: 0, max: 9 }))
      .map(([n, shift, decimals]) => Math.trunc(n / 10 ** shift) / 10 ** decimals);
    const value = fc.oneof(
      decimal,
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer({ min: -12_000, max: 12_000 }).map((n) => n / 2),
    );
    const source = fc
      .array(fc.oneof<fc.Arbitrary<SqliteValue>[]>(value, fc.maxSafeInteger().map(BigInt)), {
        minLength: 1,
        maxLength: 1000,
        size: 'max',
      })
      .map((values) => values.map((v, i): Row => [BigInt(i), v, v]));
    const property = fc.asyncProperty(source, (all) => expectSameValues('numbers', numberColumns, all));
    await fc.assert(property, { numRuns: 10 });
  });

  test('stores every number of up to six decimals around the limits of its short way', async () => {
    const limits = [0, 1, 9, 10, 99.5, 9999, 10_000, 99_999, 1e8, 999_999_999, 1e9];
    const steps = [
      0, 1e-6, 1e-5, 0.0001, 0.001, 0.01, 0.1, 0.5, 0.000999, 0.0099, 0.123456, 0.999999, 1e-7, 0.1234567,
    ];
    const values = limits.flatMap((limit) =>
      steps.flatMap((step) => [limit + step, -(limit + step), limit - step]),
    );
    const rounded = values.map((value) => Math.round(value * 1e6) / 1e6);
    const source = [...values, ...rounded, -0, 0, 5e-324].map((v, i): Row => [BigInt(i), v, v]);
    await expectSameValues('numbers', numberColumns, source);
  });

  test('refuses a value that has not been checked rather than storing something', () => {
    for (const [type, value] of [
      ['bigint', 'x'],
      ['text', 5n],
      ['varchar(3)', Buffer.from('a')],
      ['timestamptz', 'now'],
      ['timestamptz', 5n],
      ['bytea', 'text'],
    ] as const)
      expect(() => new BinaryRowWriter([columnOf('c', type)], 16).write([value])).toThrow(TypeError);
  });
});
