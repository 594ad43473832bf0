// The size of a document as jsonb is the server's own, and what goes beyond its limits is refused before it is copied.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SLACK_BYTES } from '../../src/codec/json-bytes.js';
import { JsonError } from '../../src/codec/json-error.js';
import { canonicalJsonBytes } from '../../src/codec/json.js';
import { type JsonbLimits, jsonbSize } from '../../src/codec/jsonb-limits.js';
import { jsonDocument, jsonNumber } from './json-source.js';
import { type ServerAnswers, openAnswers } from './server-answers.js';

let server: ServerAnswers;
beforeAll(async () => {
  server = await openAnswers();
});
afterAll(() => server.close());

function sizeOf(document: string, limits?: JsonbLimits): number {
  const bytes = Buffer.from(document + '\0'.repeat(SLACK_BYTES));
  return jsonbSize(canonicalJsonBytes(bytes, bytes.length - SLACK_BYTES), limits);
}

/** As the server stores it, without the four bytes of its own length. */
async function sizesOnServer(documents: readonly string[]): Promise<number[]> {
  const { rows } = await server.client.query<{ bytes: string }>(
    'SELECT pg_column_size(value::jsonb) - 4 AS bytes FROM unnest($1::text[]) WITH ORDINALITY AS asked (value, n) ORDER BY n',
    [documents],
  );
  return rows.map(({ bytes }) => Number(bytes));
}

function isTaken(document: string): boolean {
  try {
    sizeOf(document);
    return true;
  } catch (error) {
    if (error instanceof JsonError) return false;
    throw error;
  }
}

describe('the size of a document as jsonb', () => {
  test('is the server’s, or at most eight bytes more for each object', async () => {
    const documents = fc.array(fc.oneof(jsonDocument, jsonNumber).filter(isTaken), {
      minLength: 1,
      maxLength: 300,
      size: 'max',
    });
    await fc.assert(
      fc.asyncProperty(documents, async (sources) => {
        const sizes = await sizesOnServer(sources);
        for (const [i, source] of sources.entries()) {
          const objects = source.split('{').length - 1;
          const [ours, theirs] = [sizeOf(source), sizes[i] ?? 0];
          expect(ours, source).toBeGreaterThanOrEqual(theirs);
          expect(ours, source).toBeLessThanOrEqual(theirs + 8 * objects);
        }
      }),
      { numRuns: 20 },
    );
  });

  test('is exact for numbers of any length, texts with escapes, and what is nested', async () => {
    const documents = [
      ...[
        '0',
        '-0',
        '1',
        '10000',
        '12345',
        '1e10',
        '0.5',
        '0.00001',
        '1.5e-20',
        '123456.789',
        '1e300',
        '1e-100',
        '0e-63',
        '0e-64',
      ],
      ...[`1${'0'.repeat(260)}`, `1.${'0'.repeat(63)}1`, '""', '"a"', '"\\u0001\\n\\"ä🚀"', 'true', 'null'],
      ...[
        '[]',
        '[[]]',
        '[1, "a", 2, "ab", [3], "abc", 4]',
        '["a", 1, "bb", 2, {}, "c", {}]',
        '{}',
        '[[1,2],[3]]',
      ],
    ];
    expect(documents.map((one) => sizeOf(one) - (one.split('{').length - 1) * 4)).toEqual(
      await sizesOnServer(documents),
    );
  });
});

describe('a document beyond a limit', () => {
  const limits: JsonbLimits = { bytes: 100, elements: 10, pairs: 5 };

  test.each([
    ['a text of 100 bytes', `"${'x'.repeat(100)}"`],
    ['an escape counted as the byte that it stands for', `"${'\\n'.repeat(100)}"`],
    ['an array of 10', `[${Array.from({ length: 10 }, () => 'null').join()}]`],
    ['an object of 5', '{"a": null, "b": null, "c": null, "d": null, "e": null}'],
    ['nested arrays of 100 bytes in all', '[[1, 2, 3, 4], [1, 2]]'],
  ])('is not %s', (_, document) => {
    expect(sizeOf(document, limits)).toBeGreaterThan(0);
  });

  test.each([
    ['a longer text', `["${'x'.repeat(101)}"]`, 'has a text of more than 256 MB'],
    ['a longer text of two bytes a character', `"${'ä'.repeat(51)}"`, 'has a text of more than 256 MB'],
    ['a longer key', `{"${'x'.repeat(101)}": 1}`, 'has a text of more than 256 MB'],
    ['one element more', `[${Array.from({ length: 11 }, () => '0').join()}]`, 'more than 10 members'],
    ['one pair more', '{"a":0,"b":0,"c":0,"d":0,"e":0,"f":0}', 'more than 5 members'],
    ['arrays that are too large together', '[[1, 2, 3, 4], [1, 2, 3, 4]]', 'has an array of more than'],
    ['an object of long values', `{"a": "${'x'.repeat(60)}", "b": "${'x'.repeat(60)}"}`, 'has an object of'],
  ])('is %s', (_, document, words) => {
    expect(() => sizeOf(document, limits)).toThrow(
      expect.objectContaining({
        problem: 'json-too-large',
        message: expect.stringContaining(words) as string,
      }),
    );
  });
});
