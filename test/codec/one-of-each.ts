// A table with a column of each type, rows of values that every one of them can hold, and the ways there and back.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { targetLine } from '../../src/chunk/range.js';
import type { SqliteValue } from '../../src/codec/column.js';
import { BINARY_HEADER, BINARY_TRAILER, BinaryRowWriter } from '../../src/codec/binary.js';
import { RowEncoder } from '../../src/codec/row.js';
import type { ColumnPlan, ColumnType } from '../../src/plans/plan.js';
import { Database } from '../../src/source/sqlite-driver.js';
import { quoteName } from '../../src/target/sql.js';
import { codePoint, jsonDocument } from './json-source.js';

export type Row = readonly SqliteValue[];

export function columnOf(name: string, type: ColumnType, more: Partial<ColumnPlan> = {}): ColumnPlan {
  return { name, type, declared: '', nullable: true, ...more };
}

/** The first column is the row's number, by which rows are read back in order. */
export const columns: readonly ColumnPlan[] = [
  columnOf('n', 'bigint', { nullable: false }),
  columnOf('an integer', 'integer'),
  columnOf('a bigint', 'bigint'),
  columnOf('a numeric', 'numeric'),
  columnOf('a double', 'double precision'),
  columnOf('a boolean', 'boolean'),
  columnOf('a "text"', 'text'),
  columnOf('a varchar', 'varchar(10)'),
  columnOf('a time', 'timestamptz'),
  columnOf('a json', 'jsonb'),
  columnOf('a bytea', 'bytea'),
];

const int64 = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(0n, -(2n ** 63n), 2n ** 63n - 1n, 2n ** 53n + 1n),
);
const double = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer().map((n) => n / 1e6),
  fc.integer({ min: -99_999, max: 99_999 }).map((n) => n / 100),
  fc.maxSafeInteger(),
  fc.constantFrom(0, -0, 5e-324, Number.MAX_VALUE, 1e23, 0.0001, 0.00001, 1e15, 9999.999999, 10000, 0.000001),
);

/** Pieces that COPY, SQL or a terminal gives a meaning of its own. */
export const PIECES: readonly string[] = [
  ...['\\', '\t', '\n', '\r', '\b', '\f', '\v', '.', 'N', 'n', 't', '\x7f', '\x1b', '"', "'", ' ', 'x', '0'],
  ...['é', '€', '🚀', '\u0301', '\ufeff', '\u2028', '\ufffe', '\u0080', '\ue000', '{', ','],
];
const character = fc.oneof(
  fc.constantFrom(...PIECES),
  codePoint.map((code) => String.fromCodePoint(code)),
);
const text = fc.oneof(
  fc.array(character, { maxLength: 20, size: 'max' }).map((all) => all.join('')),
  fc.constantFrom('', '\\.', '\\N', '\\\\N', 'NULL', '\\x00', '\n', '\\.\n', '\t\t', "'); DROP TABLE t; --"),
);
const shortText = fc.array(character, { maxLength: 10, size: 'max' }).map((all) => all.join(''));
const milliseconds = fc.date({
  min: new Date('0001-01-02'),
  max: new Date('9999-12-30'),
  noInvalidDate: true,
});
const today = fc.date({ min: new Date('1990-01-01'), max: new Date('2040-01-01'), noInvalidDate: true });
const time = fc
  .tuple(
    fc.oneof(milliseconds, today),
    fc.stringMatching(/^[0-9]{0,6}$/),
    fc.constantFrom(' ', 'T'),
    fc.constantFrom('', '', '', 'Z', '+02', '-03:30', ' +0530', ' +05:30'),
    fc.boolean(),
  )
  .map(([date, fraction, separator, zone, isDay]) => {
    const [day = '', clock = ''] = date.toISOString().split('T');
    if (isDay && zone === '') return day;
    return day + separator + clock.slice(0, 8) + (fraction === '' ? '' : `.${fraction}`) + zone;
  });

function orNull<T extends SqliteValue>(value: fc.Arbitrary<T>): fc.Arbitrary<SqliteValue> {
  return fc.oneof({ weight: 9, arbitrary: value }, { weight: 1, arbitrary: fc.constant(null) });
}

/** A row without its number. */
const values: fc.Arbitrary<SqliteValue[]> = fc.tuple(
  orNull(fc.bigInt({ min: -(2n ** 31n), max: 2n ** 31n - 1n })),
  orNull(int64),
  orNull<SqliteValue>(fc.oneof(double, int64)),
  orNull<SqliteValue>(
    fc.oneof(double, fc.constantFrom(Infinity, -Infinity), fc.maxSafeInteger().map(BigInt)),
  ),
  orNull(fc.constantFrom(0n, 1n)),
  orNull(text),
  orNull(shortText),
  orNull(time),
  orNull<SqliteValue>(fc.oneof({ weight: 4, arbitrary: jsonDocument }, double, int64)),
  orNull(fc.uint8Array({ maxLength: 30, size: 'max' }).map((bytes) => Buffer.from(bytes))),
);

/** Numbered rows, as SQLite gives them back after it has stored them. */
export const rows: fc.Arbitrary<Row[]> = fc
  .array(values, { minLength: 1, maxLength: 300, size: 'max' })
  .map((all) => throughSqlite(all.map((row, i) => [BigInt(i), ...row])));

/** Untyped columns, so that no affinity changes a value before it is read. */
function throughSqlite(all: readonly Row[]): Row[] {
  const db = new Database(':memory:');
  try {
    const names = (all[0] ?? []).map((_, i) => `c${i}`);
    db.exec(`CREATE TABLE t (${names.join()})`);
    const insert = db.prepare(`INSERT INTO t VALUES (${names.map(() => '?').join()})`);
    for (const row of all) insert.run(row);
    return db.prepare<[], SqliteValue[]>('SELECT * FROM t ORDER BY rowid').raw(true).safeIntegers(true).all();
  } finally {
    db.close();
  }
}

export async function createTable(
  client: pg.Client,
  table: string,
  all: readonly ColumnPlan[],
): Promise<void> {
  const definitions = all.map(({ name, type }) => `${quoteName(name)} ${type}`);
  await client.query(`CREATE TABLE ${quoteName(table)} (${definitions.join(', ')})`);
}

/** The canonical line of each row; a row with problems fails the test. */
export function linesOf(all: readonly ColumnPlan[], source: readonly Row[]): Buffer[] {
  const encoder = new RowEncoder(all, 16);
  encoder.trustReplacement = true;
  return source.map((row) => {
    encoder.length = 0;
    const problems = encoder.encode(row);
    if (problems !== undefined)
      throw new Error(JSON.stringify(problems.map(({ column, problem }) => [column.name, problem])));
    return Buffer.from(encoder.out.subarray(0, encoder.length));
  });
}

/** Replaces all rows of the table by these, by binary COPY. */
export async function load(
  client: pg.Client,
  table: string,
  all: readonly ColumnPlan[],
  source: readonly Row[],
): Promise<void> {
  const writer = new BinaryRowWriter(all, 16);
  const slices: Buffer[] = [BINARY_HEADER];
  for (const row of source) {
    writer.write(row);
    if (writer.length > 1000) slices.push(writer.take());
  }
  await client.query(`TRUNCATE ${quoteName(table)}`);
  const copy = client.query(copyFrom(`COPY ${quoteName(table)} FROM STDIN (FORMAT binary)`));
  await pipeline(Readable.from([...slices, writer.take(), BINARY_TRAILER]), copy);
}

/** The canonical lines as the server computes them, in the order of the first column. */
export async function storedLines(
  client: pg.Client,
  table: string,
  all: readonly ColumnPlan[],
): Promise<string[]> {
  const order = quoteName(all[0]?.name ?? '');
  const sql = `SELECT ${targetLine(all)} AS line FROM ${quoteName(table)} ORDER BY ${order}`;
  const { rows: found } = await client.query<{ line: string }>(sql);
  return found.map(({ line }) => line);
}
