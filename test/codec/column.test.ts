// Each column type takes the storage classes and values that it can hold exactly, and names the problem of any other.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SqliteValue, columnCodec, storageClass } from '../../src/codec/column.js';
import { Problem, type ProblemCode } from '../../src/codec/problem.js';
import type { ColumnPlan, ColumnType } from '../../src/plans/plan.js';
import { columnOf } from './one-of-each.js';
import { type ServerAnswers, openAnswers } from './server-answers.js';

type Value = Exclude<SqliteValue, null>;

let server: ServerAnswers;

beforeAll(async () => {
  server = await openAnswers();
});
afterAll(() => server.close());

/** The canonical text, or the code of the problem after an exclamation mark. */
function encode(type: ColumnType, value: Value, more: Partial<ColumnPlan> = {}): string {
  const result = columnCodec(columnOf('c', type, more)).canonical(value);
  return result instanceof Problem ? `!${result.code}` : result;
}

function expectAll(type: ColumnType, pairs: readonly (readonly [Value, string])[]): void {
  expect(pairs.map(([value]) => encode(type, value))).toEqual(pairs.map(([, expected]) => expected));
}

describe('a column', () => {
  const types: readonly ColumnType[] = [
    ...(['integer', 'bigint', 'numeric', 'double precision', 'boolean'] as const),
    ...(['text', 'varchar(5)', 'timestamptz', 'jsonb', 'bytea'] as const),
  ];
  const stored: readonly Value[] = [1n, 1.5, '2024-01-02', Buffer.from('01', 'hex')];
  const taken: Readonly<Record<string, string>> = {
    integer: 'integer',
    bigint: 'integer',
    numeric: 'integer real',
    'double precision': 'integer real',
    boolean: 'integer',
    text: 'text',
    'varchar(5)': 'text',
    timestamptz: 'text',
    jsonb: 'integer real',
    bytea: 'blob',
  };

  for (const type of types) {
    test(`of type ${type} takes what is stored as ${taken[type] ?? ''} and nothing else`, () => {
      const classes = stored.filter((value) => encode(type, value) !== '!wrong-type').map(storageClass);
      expect(classes.join(' ')).toBe(taken[type]);
    });
  }

  test('never makes a number of text or text of a number', () => {
    for (const type of ['integer', 'bigint', 'numeric', 'double precision', 'boolean'] as const)
      for (const text of ['1', '', '0x10', 'true', '1e3', ' 1'])
        expect(encode(type, text)).toBe('!wrong-type');
    expect(encode('text', 7n)).toBe('!wrong-type');
    expect(encode('timestamptz', 1_700_000_000n)).toBe('!wrong-type');
    expect(encode('integer', 3)).toBe('!wrong-type');
    expect(encode('bytea', 'text')).toBe('!wrong-type');
  });

  test('of type integer ends where 32 bits end', () => {
    expectAll('integer', [
      [2147483647n, '2147483647'],
      [-2147483648n, '-2147483648'],
      [2147483648n, '!number-range'],
      [-2147483649n, '!number-range'],
      [0n, '0'],
    ]);
  });

  test('of type bigint holds everything that SQLite holds', () => {
    expectAll('bigint', [
      [9223372036854775807n, '9223372036854775807'],
      [-9223372036854775808n, '-9223372036854775808'],
      [9007199254740993n, '9007199254740993'],
    ]);
  });

  test('of type boolean holds 0 and 1 only', () => {
    expectAll('boolean', [
      [0n, 'false'],
      [1n, 'true'],
      [2n, '!wrong-type'],
      [-1n, '!wrong-type'],
      [1, '!wrong-type'],
      [0, '!wrong-type'],
      ['t', '!wrong-type'],
    ]);
  });

  test('of type double precision holds infinities, and whole numbers as far as they are doubles', async () => {
    expectAll('double precision', [
      [Infinity, 'Infinity'],
      [-Infinity, '-Infinity'],
      [-0, '-0'],
      [0n, '0'],
      [9007199254740992n, '9.007199254740992e+15'],
      [9007199254740993n, '!number-range'],
      [-9223372036854775808n, '-9.223372036854776e+18'],
      [9223372036854775807n, '!number-range'],
      [1152921504606846976n, '1.152921504606847e+18'],
    ]);
    const whole = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    const near = fc
      .tuple(whole, fc.integer({ min: 0, max: 12 }))
      .map(([n, bits]) => (n >> BigInt(bits)) << BigInt(bits));
    const property = fc.asyncProperty(
      fc.array(near, { minLength: 1, maxLength: 1000, size: 'max' }),
      async (values) => {
        const kept = values.filter((value) => BigInt(Number(value)) === value);
        const answers = await server.ask('float8', kept.map(String));
        expect(kept.map((value) => encode('double precision', value))).toEqual(answers);
        const lost = values.filter((value) => BigInt(Number(value)) !== value);
        expect(lost.map((value) => encode('double precision', value))).toEqual(
          lost.map(() => '!number-range'),
        );
      },
    );
    await fc.assert(property, { numRuns: 5 });
  });

  test('of type numeric or jsonb holds numbers with all their digits, but no infinity', () => {
    for (const type of ['numeric', 'jsonb'] as const) {
      expectAll(type, [
        [9223372036854775807n, '9223372036854775807'],
        [0.1, '0.1'],
        [1e-7, '0.0000001'],
        [1e21, '1000000000000000000000'],
        [5, '5'],
        [-0, '0'],
        [Infinity, '!number-not-finite'],
        [-Infinity, '!number-not-finite'],
        [NaN, '!number-not-finite'],
        [Buffer.from('1'), '!wrong-type'],
      ]);
    }
  });

  test('of type text holds any text without NUL, unchanged', () => {
    const texts = ['', ' a ', '\ufeffa', 'e\u0301', '\u0001', '\\N', 'ﬁ', '\u00a0', 'a\r\n'];
    expectAll(
      'text',
      texts.map((text) => [text, text]),
    );
    expectAll('text', [
      ['\0', '!text-nul'],
      ['a\0', '!text-nul'],
      ['\0a', '!text-nul'],
    ]);
    expect(encode('varchar(2)', 'a\0')).toBe('!text-nul');
  });

  test('of type varchar counts characters as the server does, not bytes or halves of emoji', async () => {
    const pieces = ['a', 'é', '€', '🚀', 'e\u0301', ' ', '\u200d'];
    const text = fc
      .array(fc.constantFrom(...pieces), { maxLength: 8, size: 'max' })
      .map((all) => all.join(''));
    const property = fc.asyncProperty(
      fc.array(text, { minLength: 1, maxLength: 500, size: 'max' }),
      async (texts) => {
        const { rows } = await server.client.query<{ n: string }>(
          'SELECT char_length(t) AS n FROM unnest($1::text[]) WITH ORDINALITY AS u (t, i) ORDER BY i',
          [texts],
        );
        const expected = texts.map((value, i) => (Number(rows[i]?.n) <= 5 ? value : '!too-long'));
        expect(texts.map((value) => encode('varchar(5)', value))).toEqual(expected);
      },
    );
    await fc.assert(property, { numRuns: 4 });
    expectAll('varchar(3)', [
      ['🚀🚀🚀', '🚀🚀🚀'],
      ['🚀🚀🚀🚀', '!too-long'],
      // The server would cut these spaces off without a word.
      ['abc ', '!too-long'],
    ]);
  });

  test('of type bytea holds every byte, and the empty one is not NULL', () => {
    const every = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    expect(encode('bytea', every)).toBe(`\\x${every.toString('hex')}`);
    expect(encode('bytea', Buffer.alloc(0))).toBe('\\x');
  });

  test('with listed values takes those only, by their canonical text', () => {
    const oneOf = ['low', 'high'];
    expect(['low', 'high', 'Low', 'low ', ''].map((value) => encode('text', value, { oneOf }))).toEqual([
      'low',
      'high',
      '!not-allowed',
      '!not-allowed',
      '!not-allowed',
    ]);
    expect([1n, 3n, 2n ** 31n].map((value) => encode('integer', value, { oneOf: ['1', '2'] }))).toEqual([
      '1',
      '!not-allowed',
      '!number-range',
    ]);
    expect(encode('text', 5n, { oneOf })).toBe('!wrong-type');
    const codec = columnCodec(columnOf('c', 'text', { oneOf }));
    const problem = codec.canonical('medium');
    expect(problem instanceof Problem && problem.detail).toBe('is not one of low, high');
  });

  test('says in words what is wrong with a value', () => {
    const detail = (type: ColumnType, value: Value): [ProblemCode, string] | undefined => {
      const problem = columnCodec(columnOf('c', type)).canonical(value);
      return problem instanceof Problem ? [problem.code, problem.detail] : undefined;
    };
    expect(detail('integer', 'x')).toEqual(['wrong-type', 'is stored as text, which integer cannot hold']);
    expect(detail('bytea', 1.5)).toEqual(['wrong-type', 'is stored as real, which bytea cannot hold']);
    expect(detail('varchar(2)', 'abc')).toEqual(['too-long', 'has 3 characters, varchar(2) holds 2']);
    expect(detail('numeric', -Infinity)).toEqual(['number-not-finite', 'is -Infinity']);
    expect(storageClass(null)).toBe('null');
  });

  test('counts the times that it has spelled anew, and knows whether it holds JSON', () => {
    const codec = columnCodec(columnOf('c', 'timestamptz'));
    for (const value of ['2024-01-02', '2024-01-02 03:04:05', '2024-01-02T03:04:05', 'now'])
      codec.canonical(value);
    expect(codec.respelled).toBe(2);
    expect(columnCodec(columnOf('c', 'jsonb')).isJson).toBe(true);
    expect(codec.isJson).toBe(false);
  });
});
