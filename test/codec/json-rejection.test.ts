// What the server refuses as jsonb is refused here, with the reason; what is refused here as not being JSON, so does the server.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { JsonError, type JsonProblem } from '../../src/codec/json-error.js';
import { canonicalJson } from '../../src/codec/json.js';
import { codePoint, jsonDocument, jsonNumber, spelledString, writeObject } from './json-source.js';
import { type ServerAnswers, openAnswers } from './server-answers.js';

let server: ServerAnswers;

beforeAll(async () => {
  server = await openAnswers();
});
afterAll(() => server.close());

interface Outcome {
  readonly text?: string;
  readonly problem?: JsonProblem;
}

function outcomeOf(source: string): Outcome {
  try {
    return { text: canonicalJson(source) };
  } catch (error) {
    if (error instanceof JsonError) return { problem: error.problem };
    throw error;
  }
}

/** What jsonb takes and the codec does not, on purpose: jsonb would drop a key, or the nesting is a danger to its stack. */
const STRICTER: readonly (JsonProblem | undefined)[] = ['json-duplicate-key', 'json-too-deep'];

async function expectAgreement(sources: readonly string[]): Promise<void> {
  const answers = await server.ask('jsonb', sources);
  const disagreements = sources
    .map((source, i) => ({ source, server: answers[i] ?? null, ...outcomeOf(source) }))
    .filter(({ server: answer, text, problem }) =>
      text === undefined ? answer !== null && !STRICTER.includes(problem) : answer !== text,
    );
  expect(disagreements.slice(0, 3)).toEqual([]);
}

const token = fc.oneof(
  fc.constantFrom(...Array.from('{}[]",:\\/u0123456789eE+-. \t\n\r\b\x01\x7fntfabx')),
  fc.constantFrom('null', 'true', 'false', 'NaN', '-Infinity', '\\u', '\\ud83d', '\\ude80', '\\u0000', '""'),
  fc.constantFrom('\ufeff', '\u00a0', '\u2028', '"a":1,', ',1', '01', '1.', '.5', '//', "'", '[]', '{}'),
  codePoint.map((code) => String.fromCodePoint(code)),
);

type Edit = [at: number, deleted: number, inserted: string];
const edit: fc.Arbitrary<Edit> = fc.tuple(
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.constantFrom(0, 0, 1, 1, 2, 5),
  fc.oneof(fc.constant(''), token),
);

function applyEdits(document: string, edits: readonly Edit[]): string {
  const characters = Array.from(document);
  for (const [at, deleted, inserted] of edits)
    characters.splice(Math.floor(at * characters.length), deleted, inserted);
  return characters.join('');
}

const small = fc.oneof(
  { weight: 3, arbitrary: jsonDocument.filter((document) => document.length < 200) },
  jsonNumber,
  spelledString(3).map(({ source }) => source),
  fc
    .tuple(spelledString(2), jsonNumber)
    .map(([key, number]) => `[${writeObject([[key, number, ['', '', '']]])}]`),
);
const damaged = fc
  .tuple(small, fc.array(edit, { minLength: 1, maxLength: 3 }))
  .map(([document, edits]) => applyEdits(document, edits));

describe('JSON that is refused', () => {
  test('is what the server refuses too, whatever has been changed in a document', async () => {
    const batch = fc.array(damaged, { minLength: 1, maxLength: 500, size: 'max' });
    await fc.assert(fc.asyncProperty(batch, expectAgreement), { numRuns: 24 });
  });

  test('is what the server refuses too, for short texts of JSON tokens', async () => {
    const text = fc.array(token, { maxLength: 8, size: 'max' }).map((tokens) => tokens.join(''));
    const batch = fc.array(text, { minLength: 1, maxLength: 1000, size: 'max' });
    await fc.assert(fc.asyncProperty(batch, expectAgreement), { numRuns: 8 });
  });

  test('is every beginning of a document, and a document with any byte after it', async () => {
    const document = '{"a\\n":[1.5e+3,{"b":null}],"\\ud83d\\ude80":"\\u00e9","c":[true,false,-0]}';
    const beginnings = Array.from(document, (_, i) => document.slice(0, i));
    const followed = Array.from({ length: 0x7f }, (_, i) => document + String.fromCharCode(i + 1));
    await expectAgreement([...beginnings, ...followed, document]);
    expect(beginnings.map((text) => outcomeOf(text).problem)).toEqual(beginnings.map(() => 'json-syntax'));
  });

  test('is a raw control character in a string or a key, and no other character', async () => {
    const characters = Array.from({ length: 0x100 }, (_, i) => String.fromCharCode(i + 1));
    await expectAgreement(characters.flatMap((c) => [`"${c}"`, `{"${c}": 1}`, `"\\n${c}"`, `"\\${c}"`]));
  });

  const refused: readonly (readonly [JsonProblem, readonly string[]])[] = [
    ['json-nul', ['"\\u0000"', '{"a": "x\\u0000"}', '{"\\u0000": 1}', '["\\n\\u0000"]', '"\\\\\\u0000"']],
    ['json-surrogate', ['"\\ud800"', '"\\udc00"', '"\\ude80\\ud83d"', '"\\ud83d\\ud83d\\ude80"']],
    ['json-surrogate', ['"\\ud83dx\\ude80"', '"\\ud83d\\n\\ude80"', '{"\\uDBFF": 1}', '"\\u0041\\udc00"']],
    ['json-nan', ['NaN', '[NaN]', '{"a": NaN}', 'Infinity', '-Infinity', '[1, -Infinity]', '-NaN']],
    ['json-number-range', ['1e131072', '[1e-16384]', '-1e200000', '1e99999999999999999999', '1E+2147483648']],
    ['json-number-range', [`{"a":${'9'.repeat(131_073)}}`, `0.${'0'.repeat(16_383)}1`]],
    ['json-syntax', ['', ' ', 'nul', 'TRUE', 'nan', '+1', '01', '-', '1.', '.1', '1e', '1e+', '0x1', '--1']],
    ['json-syntax', ['{', '[', '"', '{"a"}', '{"a":}', '{"a":1,}', '[1,]', '[,1]', '{1:2}', '{a:1}', '1 2']],
    ['json-syntax', ["'a'", '"\\x41"', '"\\u12"', '"\\u12g4"', '"\\U0041"', '"\\', '"\\u', '[1}', '{"a":1]']],
    [
      'json-syntax',
      ['\ufeff{}', '{}\ufeff', '[1]\u00a0', '// a\n1', '"a\nb"', '{} {}', '"\t"', '[1 2]', '{,}'],
    ],
  ];
  for (const [problem, sources] of refused) {
    test(`is reported as ${problem}: ${sources[0]?.slice(0, 20) ?? ''} and its like`, async () => {
      expect(sources.map((source) => [source, outcomeOf(source).problem])).toEqual(
        sources.map((source) => [source, problem]),
      );
      expect(await server.ask('jsonb', sources)).toEqual(sources.map(() => null));
    });
  }

  test('is a key that stands twice, in whichever spelling and at whichever depth', async () => {
    const twice = [
      '{"a": 1, "a": 1}',
      '{"a": 1, "\\u0061": 2}',
      '{"": 1, "b": 2, "": 3}',
      '[{"x": {"/": 1, "\\/": 2}}]',
      '{"🚀": 1, "\\ud83d\\ude80": 2}',
      '{"\\n": 1, "\\u000a": 2}',
    ];
    for (const source of twice) {
      expect(outcomeOf(source).problem).toBe('json-duplicate-key');
      // The second time, the sequence of keys is known already.
      expect(outcomeOf(source).problem).toBe('json-duplicate-key');
    }
    expect(await server.ask('jsonb', twice)).not.toContain(null);
    await expectAgreement(['{"a": 1, "A": 1}', '{"a": {"a": 1}}', '{"é": 1, "e\u0301": 2}']);
    const many = Array.from({ length: 300 }, (_, i) => `"k${i}":1`);
    expect(outcomeOf(`{${[...many, '"k7":2'].join()}}`).problem).toBe('json-duplicate-key');
  });

  test('is nesting of more than 1000 levels', async () => {
    const lists = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    const objects = (depth: number) => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);
    const mixed = (depth: number) => '[{"b":'.repeat(depth / 2) + '0' + '}]'.repeat(depth / 2);
    for (const nest of [lists, objects, mixed]) {
      await expectAgreement([nest(1000)]);
      expect(outcomeOf(nest(1000)).problem).toBeUndefined();
      expect(outcomeOf(nest(1002)).problem).toBe('json-too-deep');
    }
    expect(outcomeOf(lists(1001)).problem).toBe('json-too-deep');
    expect(outcomeOf(objects(1001)).problem).toBe('json-too-deep');
    expect(outcomeOf('['.repeat(1_000_000)).problem).toBe('json-too-deep');
    await expectAgreement([`[${Array.from({ length: 2000 }, () => lists(3)).join()}]`]);
  });

  test('leaves nothing behind for the documents after it', async () => {
    const pair = fc.tuple(damaged, jsonDocument);
    await fc.assert(
      fc.asyncProperty(fc.array(pair, { minLength: 1, maxLength: 300, size: 'max' }), (pairs) =>
        expectAgreement(pairs.flat()),
      ),
      { numRuns: 5 },
    );
  });

  test('is a NUL character, which cannot even be sent to the server', () => {
    for (const source of ['\0', '{}\0', '"\0"', '[1\0]', '{"a\0": 1}', '1\0', '"\\\0"'])
      expect(outcomeOf(source).problem).toBe('json-syntax');
  });

  test('is zero with an absurd exponent, although numeric takes it', async () => {
    expect(outcomeOf('0e1000000').problem).toBe('json-number-range');
    expect(await server.ask('jsonb', ['0e1000000'])).toEqual(['0']);
    await expectAgreement(['0e131072', '0e200000', '0e-16383', '0e-16384']);
  });
});
