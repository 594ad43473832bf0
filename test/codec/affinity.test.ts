// What a column makes of a value is foretold as SQLite does it.
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { affinityOf, storedAs } from '../../src/codec/affinity.js';
import { type SqliteValue, storageClass } from '../../src/codec/column.js';
import { Database } from '../../src/source/sqlite-driver.js';

const DECLARED = [
  ...['INTEGER', 'NUMERIC(10, 4)', 'JSON', 'DATETIME', 'TEXT', 'VARCHAR(20)', 'BOOLEAN', 'REAL', 'BLOB', ''],
  ...[
    'FLOAT',
    'DOUBLE PRECISION',
    'STRING',
    'POINT',
    'CLOB',
    'BIGINT',
    'CHARINT',
    'floating point',
    'DECIMAL',
  ],
];

const db = new Database(':memory:');
const names = DECLARED.map((_, i) => `c${i}`);
db.exec(`CREATE TABLE t (${names.map((name, i) => `${name} ${DECLARED[i] ?? ''}`).join(', ')})`);
const insert = db.prepare<SqliteValue[]>(`INSERT INTO t VALUES (${names.map(() => '?').join(', ')})`);
const select = db.prepare<[], SqliteValue[]>('SELECT * FROM t').raw(true).safeIntegers(true);
afterAll(() => db.close());

/** What each of the columns gives back for `value`. */
function throughSqlite(value: SqliteValue): SqliteValue[] {
  db.exec('DELETE FROM t');
  insert.run(...names.map(() => value));
  return select.get() ?? [];
}

/** Exact where the value was no text and is none; otherwise only its storage class matters. */
function shown(given: SqliteValue, stored: SqliteValue): unknown {
  const kind = storageClass(stored);
  return typeof given === 'string' ? (kind === 'text' ? stored : 'number') : kind === 'text' ? kind : stored;
}

function expectForetold(value: SqliteValue): void {
  const foretold = DECLARED.map((declared) => shown(value, storedAs(affinityOf(declared), value)));
  expect(foretold).toEqual(throughSqlite(value).map((stored) => shown(value, stored)));
}

describe('the value that a column holds in the end', () => {
  test('is foretold for numbers of every size', () => {
    const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    fc.assert(fc.property(fc.oneof(int64, fc.double(), fc.maxSafeInteger()), expectForetold), {
      numRuns: 2000,
    });
    const edges = [
      2 ** 53,
      2 ** 60,
      2 ** 63,
      -(2 ** 63),
      2 ** 63 - 1024,
      1e19,
      0,
      -0,
      NaN,
      Infinity,
      -Infinity,
    ];
    for (const edge of edges) expectForetold(edge);
    for (const edge of [2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n, 0n]) expectForetold(edge);
  });

  test('is foretold for text that may look like a number', () => {
    const looks = fc.string({
      unit: fc.constantFrom(...Array.from('0123456789+-.eE x\t\v\u00a0')),
      maxLength: 8,
    });
    fc.assert(fc.property(fc.oneof(looks, fc.string({ unit: 'binary' })), expectForetold), { numRuns: 5000 });
    for (const text of [
      '',
      ' 1 ',
      '1e5',
      '5.',
      '.5',
      '.',
      '0x10',
      '1_000',
      '+7',
      'Infinity',
      'nan',
      '9'.repeat(30),
    ])
      expectForetold(text);
  });

  test('is foretold for bytes and NULL, which nothing changes', () => {
    for (const value of [null, Buffer.from('12'), Buffer.alloc(0)]) {
      expect(throughSqlite(value)).toEqual(DECLARED.map((declared) => storedAs(affinityOf(declared), value)));
    }
  });
});
