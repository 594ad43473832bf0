// What goes back to SQLite reads back as the value it was in PostgreSQL, is spelled as SQLAlchemy spells it, and is refused
// where SQLite would change it. Everything passes through a real table with the plan's declared types.
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { type SqliteValue, columnCodec, storageClass } from '../../src/codec/column.js';
import { float8FromDouble, numericFromDouble, trimScale } from '../../src/codec/decimal.js';
import { canonicalJson } from '../../src/codec/json.js';
import { Problem } from '../../src/codec/problem.js';
import { toSqlite } from '../../src/codec/sqlite-value.js';
import type { ColumnPlan, ColumnType } from '../../src/plans/plan.js';
import { Database } from '../../src/source/sqlite-driver.js';
import { jsonDocument, jsonNumber } from './json-source.js';
import { columnOf } from './one-of-each.js';

const DECLARED: readonly (readonly [ColumnType, string])[] = [
  ['integer', 'INTEGER'],
  ['bigint', 'INTEGER'],
  ['numeric', 'NUMERIC(10, 4)'],
  ['double precision', 'REAL'],
  ['boolean', 'BOOLEAN'],
  ['text', 'TEXT'],
  ['varchar(20)', 'VARCHAR(20)'],
  ['timestamptz', 'DATETIME'],
  ['jsonb', 'JSON'],
  ['bytea', 'BLOB'],
  // Other declarations that applications use for the same.
  ['numeric', 'FLOAT'],
  ['numeric', ''],
  ['double precision', 'DECIMAL'],
  ['double precision', ''],
  ['text', 'STRING'],
  ['jsonb', 'TEXT'],
  ['jsonb', 'BLOB'],
  ['timestamptz', 'TIMESTAMP'],
];
const columns = DECLARED.map(([type, declared], i) => columnOf(`c${i}`, type, { declared }));

const db = new Database(':memory:');
db.exec(`CREATE TABLE t (${columns.map(({ name, declared }) => `${name} ${declared}`).join(', ')})`);
afterAll(() => db.close());

/** What the column gives back for a value bound to it. */
function throughSqlite({ name }: ColumnPlan, value: SqliteValue): SqliteValue {
  db.exec('DELETE FROM t');
  db.prepare<SqliteValue[]>(`INSERT INTO t (${name}) VALUES (?)`).run(value);
  const select = db.prepare<[], SqliteValue>(`SELECT ${name} FROM t`).pluck().safeIntegers(true);
  return select.get() ?? null;
}

function encode(column: ColumnPlan, value: SqliteValue): string | null | Problem {
  if (value === null) return null;
  if (column.type !== 'jsonb' || typeof value !== 'string') return columnCodec(column).canonical(value);
  try {
    return canonicalJson(value);
  } catch {
    return new Problem('json-syntax', '');
  }
}

function columnFor(type: ColumnType, declared?: string): ColumnPlan {
  const column = columns.find((one) => one.type === type && one.declared === (declared ?? one.declared));
  if (column === undefined) throw new Error(`no column of type ${type}`);
  return column;
}

/** The canonical text after the way there and back; null where the value is refused. */
function thereAndBack(column: ColumnPlan, canonical: string): string | null {
  const value = toSqlite(column, canonical);
  if (value instanceof Problem) return null;
  const back = encode(column, throughSqlite(column, value));
  return back instanceof Problem ? `read back with ${back.code}` : back;
}

const double = fc.oneof(
  fc.double(),
  fc.integer().map((n) => n / 1e6),
  fc.maxSafeInteger(),
  fc.tuple(fc.maxSafeInteger(), fc.integer({ min: 0, max: 400 })).map(([n, bits]) => n * 2 ** bits),
  fc.constantFrom(0, -0, 1, Infinity, -Infinity, NaN, 2 ** 60, 2 ** 63, -(2 ** 63), 1e15, 1e23, 5e-324),
);
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }).filter((value) => !value.includes('\0')),
  fc.constantFrom('', ' 1', '1e5', '0x10', '12345678901234567890', 'Infinity', '\ufeff', '\ufffd', 'null'),
);
const decimal = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.stringMatching(/^[1-9][0-9]{0,20}$|^0$/),
    fc.stringMatching(/^[0-9]{0,20}$/),
  )
  .map(([sign, whole, fraction]) => {
    const number = fraction === '' ? whole : `${whole}.${fraction}`;
    return /[1-9]/.test(number) ? sign + number : number;
  });
const seconds = fc
  .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 19).replace('T', ' '));
const time = fc
  .tuple(seconds, fc.stringMatching(/^([0-9]{0,5}[1-9])?$/))
  .map(([second, micros]) => `${second}${micros === '' ? '' : `.${micros}`}+00`);
const bytes = fc.uint8Array({ maxLength: 30 }).map((all) => Buffer.from(all));

/** Texts as the target prints them, by type. */
const canonical: Readonly<Record<string, fc.Arbitrary<string>>> = {
  integer: fc.integer().map(String),
  bigint: int64.map(String),
  numeric: fc.oneof(decimal, double.filter(Number.isFinite).map(numericFromDouble), int64.map(String)),
  'double precision': double.map(float8FromDouble),
  boolean: fc.constantFrom('true', 'false'),
  text,
  'varchar(20)': text.map((value) => Array.from(value).slice(0, 20).join('')),
  timestamptz: time,
  jsonb: fc.oneof(jsonDocument, jsonNumber, double.filter(Number.isFinite).map(String)).map(canonicalJson),
  bytea: bytes.map((value) => `\\x${value.toString('hex')}`),
};

describe('a value of the target', () => {
  for (const column of columns) {
    test(`of type ${column.type} is the same again after ${column.declared || 'an undeclared column'}, or is refused`, () => {
      const values = canonical[column.type];
      if (values === undefined) throw new Error('no values');
      const property = fc.property(values, (value) => {
        const back = thereAndBack(column, value);
        if (back !== null) expect(back).toBe(column.type === 'numeric' ? trimScale(value) : value);
      });
      fc.assert(property, { numRuns: 1500 });
    });
  }

  for (const type of [
    'integer',
    'bigint',
    'boolean',
    'text',
    'varchar(20)',
    'timestamptz',
    'bytea',
  ] as const) {
    test(`of type ${type} is never refused`, () => {
      const values = canonical[type];
      if (values === undefined) throw new Error('no values');
      fc.assert(fc.property(values, (value) => thereAndBack(columnFor(type), value) === value));
    });
  }

  test('of type jsonb is never refused when it is no bare number', () => {
    const property = fc.property(jsonDocument.map(canonicalJson), (value) => {
      fc.pre(!/^[-\d]/.test(value));
      expect(thereAndBack(columnFor('jsonb'), value)).toBe(value);
    });
    fc.assert(property, { numRuns: 1500 });
  });

  test('of type numeric is refused exactly when neither a double nor an INTEGER holds its digits', () => {
    const property = fc.property(canonical.numeric ?? decimal, (value) => {
      const exact = trimScale(value);
      const isInteger = !exact.includes('.') && BigInt.asIntN(64, BigInt(exact)) === BigInt(exact);
      const isHeld = isInteger || numericFromDouble(Number(exact)) === exact;
      expect(thereAndBack(columnFor('numeric'), value)).toBe(isHeld ? exact : null);
    });
    fc.assert(property, { numRuns: 3000 });
  });
});

describe('a value that SQLite held before', () => {
  const held = fc.oneof(
    double,
    int64,
    text,
    bytes,
    fc.constant(null),
    jsonDocument,
    time.map((value) => value.slice(0, 19)),
  );

  test('goes there and back without being refused, in every column that can hold it', () => {
    const property = fc.property(fc.nat(columns.length - 1), held, (at, value) => {
      const column = columns[at];
      if (column === undefined) throw new Error('no column');
      const stored = throughSqlite(column, value);
      const before = encode(column, stored);
      fc.pre(typeof before === 'string');
      expect(thereAndBack(column, before)).toBe(before);
    });
    fc.assert(property, { numRuns: 5000 });
  });
});

describe('what SQLAlchemy would have stored', () => {
  /** Type, canonical text, and what the column holds afterwards with its storage class. */
  const cases: readonly (readonly [ColumnType, string, string, SqliteValue])[] = [
    ['integer', '-2147483648', 'integer', -2147483648n],
    ['bigint', '9223372036854775807', 'integer', 9223372036854775807n],
    // 0.0 and 1.0 are bound as floats; the column makes integers of them.
    ['numeric', '0', 'integer', 0n],
    ['numeric', '1', 'integer', 1n],
    ['numeric', '1.0', 'integer', 1n],
    ['numeric', '0.123456', 'real', 0.123456],
    ['numeric', '0.1200', 'real', 0.12],
    ['numeric', '-1234567.123456', 'real', -1234567.123456],
    ['numeric', '0.00015', 'real', 0.00015],
    ['numeric', '9007199254740993', 'integer', 9007199254740993n],
    ['numeric', '1152921504606847000', 'integer', 1152921504606847000n],
    ['numeric', '9223372036854776000', 'real', 2 ** 63],
    ['numeric', '0.0000001', 'real', 1e-7],
    ['double precision', '1e+15', 'real', 1e15],
    ['double precision', '1e-05', 'real', 0.00001],
    ['double precision', '0', 'real', 0],
    ['double precision', '5', 'real', 5],
    ['double precision', '-Infinity', 'real', -Infinity],
    ['double precision', '9.999999999999999e+22', 'real', 1e23],
    ['boolean', 'true', 'integer', 1n],
    ['boolean', 'false', 'integer', 0n],
    ['timestamptz', '2025-10-10 08:25:31+00', 'text', '2025-10-10 08:25:31.000000'],
    ['timestamptz', '2025-10-10 08:25:31.5+00', 'text', '2025-10-10 08:25:31.500000'],
    ['timestamptz', '2025-10-10 08:25:31.000001+00', 'text', '2025-10-10 08:25:31.000001'],
    ['timestamptz', '0001-01-01 00:00:00+00', 'text', '0001-01-01 00:00:00.000000'],
    ['timestamptz', '9999-12-31 23:59:59.999999+00', 'text', '9999-12-31 23:59:59.999999'],
    ['jsonb', 'null', 'text', 'null'],
    ['jsonb', '{}', 'text', '{}'],
    ['jsonb', '{"a": [1, 1.0, true], "bc": null}', 'text', '{"a": [1, 1.0, true], "bc": null}'],
    ['jsonb', '"é"', 'text', '"\\u00e9"'],
    ['jsonb', '{"🚀": "€"}', 'text', '{"\\ud83d\\ude80": "\\u20ac"}'],
    ['jsonb', '"\x7f \\u0001\\u001f"', 'text', '"\\u007f \\u0001\\u001f"'],
    ['jsonb', '"\\"\\\\ / \\b\\f\\n\\r\\t"', 'text', '"\\"\\\\ / \\b\\f\\n\\r\\t"'],
    ['jsonb', '"\\\\u00e9 \u2028\uffff"', 'text', '"\\\\u00e9 \\u2028\\uffff"'],
    ['jsonb', '"17"', 'text', '"17"'],
    ['jsonb', '17', 'integer', 17n],
    ['jsonb', '-0.5', 'real', -0.5],
    ['text', '', 'text', ''],
    ['text', ' 007 ', 'text', ' 007 '],
    ['text', '\\N', 'text', '\\N'],
    ['varchar(20)', '1e5', 'text', '1e5'],
    ['bytea', '\\x', 'blob', Buffer.alloc(0)],
    ['bytea', '\\x00ff5c', 'blob', Buffer.from([0, 255, 92])],
  ];

  test.each(cases)('of type %s, %j is stored as %s', (type, value, kind, expected) => {
    const bound = toSqlite(columnFor(type), value);
    if (bound instanceof Problem) throw new Error(bound.detail);
    const stored = throughSqlite(columnFor(type), bound);
    expect([storageClass(stored), stored]).toEqual([kind, expected]);
  });

  test('is a float for a Numeric that is no large integer, whatever the column makes of it', () => {
    const column = columnFor('numeric', '');
    expect(['0', '1', '17.00', '0.5'].map((value) => toSqlite(column, value))).toEqual([0, 1, 17, 0.5]);
    expect(toSqlite(column, '9007199254740992')).toBe(9007199254740992n);
  });

  test('is a bare JSON number as text where the column leaves it alone', () => {
    for (const declared of ['TEXT', 'BLOB'])
      for (const number of ['1.0', '12345678901234567890.5', '-3'])
        expect(toSqlite(columnFor('jsonb', declared), number)).toBe(number);
  });

  test('is NULL for NULL, in every column', () => {
    expect(columns.map((column) => toSqlite(column, null))).toEqual(columns.map(() => null));
  });
});

describe('a value that SQLite cannot hold', () => {
  const refused: readonly (readonly [ColumnType, string, problem: string, declared?: string])[] = [
    ['numeric', '0.12345678901234567890', 'would-change comes back from SQLite as 0.12345678901234568'],
    ['numeric', '9223372036854775808', 'would-change comes back from SQLite as 9223372036854776000'],
    ['numeric', '9007199254740993.5', 'would-change comes back from SQLite as 9007199254740994'],
    ['numeric', '9'.repeat(400), 'number-not-finite is Infinity'],
    ['numeric', 'NaN', "number-not-finite is NaN, which SQLite's NUMERIC does not hold"],
    ['numeric', '-Infinity', "number-not-finite is -Infinity, which SQLite's NUMERIC does not hold"],
    ['numeric', '9007199254740993', 'would-change comes back from SQLite as 9007199254740992', 'FLOAT'],
    ['double precision', 'NaN', 'number-not-finite is NaN, which SQLite turns into NULL'],
    ['double precision', '-0', 'would-change comes back from SQLite as 0'],
    ['timestamptz', 'infinity', 'not-a-time is not a time of the years 1 to 9999 in UTC'],
    ['timestamptz', '-infinity', 'not-a-time is not a time of the years 1 to 9999 in UTC'],
    ['timestamptz', '0044-03-15 12:00:00+00 BC', 'not-a-time is not a time of the years 1 to 9999 in UTC'],
    ['timestamptz', '10000-01-01 00:00:00+00', 'not-a-time is not a time of the years 1 to 9999 in UTC'],
    ['timestamptz', '2025-01-01 00:00:00+03', 'not-a-time is not a time of the years 1 to 9999 in UTC'],
    ['jsonb', '1.0', 'would-change comes back from SQLite as 1'],
    ['jsonb', '12345678901234567890.5', 'would-change comes back from SQLite as 12345678901234567000'],
    ['jsonb', `${'['.repeat(1001)}${']'.repeat(1001)}`, 'json-too-deep is nested over 1000 levels'],
    ['text', '12', 'wrong-type is stored as integer, which text cannot hold', 'STRING'],
    ['boolean', 't', 'wrong-type is not what the target prints for boolean'],
    ['bytea', 'abc', 'wrong-type is not what the target prints for bytea'],
    ['integer', '1.5', 'wrong-type is not what the target prints for integer'],
    ['bigint', '9223372036854775808', 'number-range does not fit an INTEGER of SQLite'],
  ];

  for (const [type, value, problem, declared] of refused) {
    test(`of type ${type} is refused: ${value.slice(0, 30)} ${problem}`, () => {
      const result = toSqlite(columnFor(type, declared), value);
      expect(result instanceof Problem ? `${result.code} ${result.detail}` : result).toBe(problem);
    });
  }

  test('is not one that only has zeros at its end', () => {
    const all = ['1.50', '100', '100.000', '0.0', '0.000', '1050', '10.010'];
    expect(all.map(trimScale)).toEqual(['1.5', '100', '100', '0', '0', '1050', '10.01']);
  });
});
