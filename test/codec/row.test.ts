// A row's canonical line goes through COPY into the server, which then computes the same line, byte for byte.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { splitLine } from '../../src/chunk/range.js';
import { type SqliteValue, isTextType } from '../../src/codec/column.js';
import { RowEncoder, escapeField, unescapeField } from '../../src/codec/row.js';
import type { ColumnPlan } from '../../src/plans/plan.js';
import {
  PIECES,
  type Row,
  columnOf,
  columns,
  createTable,
  linesOf,
  load,
  rows,
  storedLines,
} from './one-of-each.js';
import { type ServerAnswers, differences, openAnswers } from './server-answers.js';

let server: ServerAnswers;
const texts: readonly ColumnPlan[] = [
  columnOf('n', 'bigint'),
  columnOf('a', 'text'),
  columnOf('b', 'varchar(20)'),
  columnOf('c', 'text'),
];

beforeAll(async () => {
  server = await openAnswers();
  await createTable(server.client, 'each', columns);
  await createTable(server.client, 'texts', texts);
});
afterAll(() => server.close());

async function expectSameLines(
  table: string,
  all: readonly ColumnPlan[],
  source: readonly Row[],
): Promise<void> {
  const lines = linesOf(all, source);
  await load(server.client, table, all, source);
  const stored = await storedLines(server.client, table, all);
  const show = lines.map((line) => line.toString('utf8'));
  expect(differences(source, show, stored)).toEqual([]);
  expect(stored.filter((line, i) => lines[i]?.equals(Buffer.from(line)) !== true)).toEqual([]);
}

/** The texts in the middle, at the beginning and at the end of a line. */
async function expectSameTexts(values: readonly string[]): Promise<void> {
  const source = values.map((value, i) => [BigInt(i), value, value, value]);
  await expectSameLines('texts', texts, source);
  const { rows: stored } = await server.client.query<{ a: string; b: string; c: string }>(
    'SELECT a, b, c FROM texts ORDER BY n',
  );
  for (const field of ['a', 'b', 'c'] as const)
    expect(
      differences(
        values,
        values,
        stored.map((row) => row[field]),
      ),
    ).toEqual([]);
}

describe('a canonical line', () => {
  test('is what the server computes from the row it has stored, for a column of each type', async () => {
    const property = fc.asyncProperty(rows, (source) => expectSameLines('each', columns, source));
    await fc.assert(property, { numRuns: 20 });
  });

  test('carries every character of one byte, alone and beside others', async () => {
    const bytes = Array.from({ length: 0x7f }, (_, i) => String.fromCharCode(i + 1));
    await expectSameTexts(bytes.flatMap((c) => [c, `a${c}`, `${c}b`, `a${c}b`, c + c, `\\${c}`, `${c}\\`]));
  });

  test('carries every pair and triple of the characters that mean something to COPY', async () => {
    const pairs = PIECES.flatMap((a) => PIECES.map((b) => a + b));
    const special = PIECES.slice(0, 11);
    await expectSameTexts([...pairs, ...pairs.flatMap((pair) => special.map((c) => pair + c))]);
  });

  test('tells the empty text, NULL and the texts that look like COPY marks apart', async () => {
    await expectSameTexts([
      '',
      '\\N',
      '\\.',
      '\\\\N',
      '\\\\.',
      'N',
      'NULL',
      '\n',
      '\\.\n',
      '\r\n',
      '\t',
      '\\',
      '""',
    ]);
    const source: Row[] = [null, '', '\\N', 'NULL'].map((value, i) => [BigInt(i), value, value, value]);
    await expectSameLines('texts', texts, source);
    expect(linesOf(texts, source).map((line) => line.toString().split('\t')[3])).toEqual([
      '\\N',
      '',
      '\\\\N',
      'NULL',
    ]);
  });

  test('is split into the fields it was made of', async () => {
    const value = fc.oneof(
      fc.constant(null),
      fc.string({ unit: 'binary', maxLength: 15 }).map((text) => text.replaceAll('\0', '')),
      fc.array(fc.constantFrom(...PIECES), { maxLength: 6 }).map((all) => all.join('')),
    );
    fc.assert(
      fc.property(fc.tuple(value, value), ([a, c]) => {
        const [line = Buffer.alloc(0)] = linesOf(texts, [[7n, a, null, c]]);
        expect(splitLine(texts, line.toString('utf8'))).toEqual(['7', a, null, c]);
      }),
      { numRuns: 3000 },
    );
    await fc.assert(
      fc.asyncProperty(rows, (source) => {
        const lines = linesOf(columns, source).map((line) => line.toString('utf8'));
        const again = lines.map((line) =>
          splitLine(columns, line)
            .map((field, i) => {
              if (field === null) return '\\N';
              return isTextType(columns[i]?.type ?? 'bytea') ? escapeField(field) : field;
            })
            .join('\t'),
        );
        expect(again).toEqual(lines);
        return Promise.resolve();
      }),
      { numRuns: 3 },
    );
    expect(unescapeField('\\\\N')).toBe('\\N');
  });

  test('grows its buffers for texts and documents of any size', async () => {
    const long = 'é\\\n🚀'.repeat(30_000);
    const document = `{"b": ${JSON.stringify(long)}, "a": [${'"\\t",'.repeat(50_000)} 1]}`;
    const row = columns.map(({ type }): SqliteValue =>
      type === 'text' ? long : type === 'jsonb' ? document : null,
    );
    row[0] = 1n;
    await expectSameLines('each', columns, [row, [2n, ...row.slice(1)], [3n, ...row.slice(1)]]);
  });

  test('is appended to the lines before it', () => {
    const encoder = new RowEncoder(texts, 4);
    encoder.encode([1n, 'a', null, '\t']);
    encoder.encode([2n, 'ü', '', null]);
    expect(encoder.out.toString('utf8', 0, encoder.length)).toBe('1\ta\t\\N\t\\t2\tü\t\t\\N');
  });
});

describe('a row with problems', () => {
  const strict = [columnOf('id', 'bigint', { nullable: false }), ...columns.slice(1)];

  test('leaves nothing behind, and every one of its problems is named', () => {
    const encoder = new RowEncoder(strict, 64);
    encoder.encode([1n]);
    const before = encoder.length;
    const problems = encoder.encode([
      null,
      2n ** 31n,
      'x',
      Infinity,
      2n ** 53n + 1n,
      2n,
      'a\0b',
      'elevenchars',
      'now',
      '{"a": 1, "a": 2}',
      '',
    ]);
    expect(problems?.map(({ column, problem }) => [column.name, problem.code])).toEqual([
      ['id', 'null-not-allowed'],
      ['an integer', 'number-range'],
      ['a bigint', 'wrong-type'],
      ['a numeric', 'number-not-finite'],
      ['a double', 'number-range'],
      ['a boolean', 'wrong-type'],
      ['a "text"', 'text-nul'],
      ['a varchar', 'too-long'],
      ['a time', 'not-a-time'],
      ['a json', 'json-duplicate-key'],
      ['a bytea', 'wrong-type'],
    ]);
    expect(encoder.length).toBe(before);
  });

  test('leaves nothing behind when a document before or after the problem is good', () => {
    const pair = [columnOf('a', 'jsonb'), columnOf('b', 'jsonb'), columnOf('c', 'text')];
    const encoder = new RowEncoder(pair, 4);
    for (const row of [
      ['{"x":1}', '{', 'c'],
      ['{', '{"x":1}', 'c'],
      ['{"x":1}', '{"y":2}', 5n],
      ['{', '[', 'c'],
    ]) {
      expect(encoder.encode(row)).not.toBeUndefined();
      expect(encoder.length).toBe(0);
    }
    expect(encoder.encode(['{"x":1}', '[1,2]', 'c'])).toBeUndefined();
    expect(encoder.out.toString('utf8', 0, encoder.length)).toBe('{"x": 1}\t[1, 2]\tc');
  });

  test('is one whose text holds the mark of damaged bytes, unless the mark is known to be real', () => {
    const encoder = new RowEncoder(columns);
    const damaged = Buffer.from('66696c65966e616d65', 'hex').toString('utf8');
    const row = (at: number, value: string): Row =>
      columns.map((_, i) => (i === 0 ? 1n : i === at ? value : null));
    const cases: [string, string][] = [
      ['a "text"', damaged],
      ['a varchar', '\ufffd'],
      ['a json', '{"a": "\ufffd"}'],
      ['a json', '{"\ufffd": 1}'],
      ['a time', '2024-01-02\ufffd'],
    ];
    for (const [name, value] of cases) {
      const source = row(
        columns.findIndex((column) => column.name === name),
        value,
      );
      encoder.trustReplacement = false;
      expect(encoder.encode(source)?.map(({ problem }) => problem.code)).toEqual(['text-utf8']);
      encoder.trustReplacement = true;
      const problems = encoder.encode(source)?.map(({ problem }) => problem.code);
      expect(problems).toEqual(name === 'a time' ? ['not-a-time'] : undefined);
    }
    encoder.trustReplacement = false;
    expect(encoder.encode(row(9, '"\\ufffd"'))).toBeUndefined();
  });

  test('counts times in another spelling once, by column', () => {
    const encoder = new RowEncoder([columnOf('t', 'timestamptz'), columnOf('u', 'timestamptz')]);
    encoder.encode(['2024-01-02', '2024-01-02 03:04:05']);
    encoder.encode(['2024-01-02T03:04:05Z', null]);
    expect(encoder.takeRespelled()).toEqual({ times: { t: 2 }, negativeZeros: {} });
    expect(encoder.takeRespelled()).toEqual({ times: {}, negativeZeros: {} });
  });

  test('counts documents whose zeros lose a sign, each once', () => {
    const encoder = new RowEncoder([columnOf('d', 'jsonb'), columnOf('e', 'jsonb')]);
    encoder.encode(['{"a": -0.0, "b": [-0]}', '{"a": 0.0, "b": -0.5, "c": "-0"}']);
    encoder.encode(['-0e5', '-1']);
    encoder.encode(['0', '-10']);
    expect(encoder.takeRespelled()).toEqual({ times: {}, negativeZeros: { d: 2 } });
    expect(encoder.takeRespelled().negativeZeros).toEqual({});
  });
});

test('a text of megabytes is written piece by piece, and no character, tab or backslash is lost between them', () => {
  const wide: readonly ColumnPlan[] = [
    columnOf('n', 'bigint', { nullable: false }),
    columnOf('a', 'text'),
    columnOf('b', 'bytea'),
  ];
  const encoder = new RowEncoder(wide);
  // Pieces end at every offset within the pattern, in the middle of a character too.
  const text = `x${'🚀\t\\\\ä'.repeat(600_000)}`;
  const bytes = Buffer.alloc(700_000, 7);
  expect(encoder.encode([1n, text, bytes])).toBeUndefined();
  const expected = Buffer.from(`1\t${escapeField(text)}\t\\x${bytes.toString('hex')}`);
  expect(encoder.out.subarray(0, encoder.length).equals(expected)).toBe(true);
  encoder.length = 0;
  expect(encoder.encode([null, text, null])?.map(({ problem }) => problem.code)).toContain(
    'null-not-allowed',
  );
  expect(encoder.length).toBe(0);
});
