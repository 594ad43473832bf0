// Canonical JSON is, byte for byte, what the server prints for the same source text as jsonb.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canonicalJson, canonicalJsonBytes } from '../../src/codec/json.js';
import { jsonDocument, jsonNumber, respelled, spelledString, writeObject } from './json-source.js';
import { type ServerAnswers, differences, openAnswers } from './server-answers.js';

let server: ServerAnswers;

beforeAll(async () => {
  server = await openAnswers();
});
afterAll(() => server.close());

async function expectSameText(documents: readonly string[]): Promise<void> {
  const ours = documents.map(canonicalJson);
  expect(differences(documents, ours, await server.ask('jsonb', documents))).toEqual([]);
}

/** Arrays of documents, so that one question to the server covers many; they also share the cache of key sequences. */
function batches(document: fc.Arbitrary<string>, maxLength: number): fc.Arbitrary<string[]> {
  return fc.array(document, { minLength: 1, maxLength, size: 'max' });
}

describe('canonical JSON', () => {
  test('is what the server prints for any document in any spelling', async () => {
    await fc.assert(fc.asyncProperty(batches(jsonDocument, 400), expectSameText), { numRuns: 16 });
  });

  test('has strings with every kind of character and escape as the server prints them', async () => {
    const source = spelledString(40).map(({ source }) => source);
    await fc.assert(fc.asyncProperty(batches(source, 500), expectSameText), { numRuns: 8 });
  });

  test('has every character of the first plane and the limits of the others, raw and escaped', async () => {
    const codes = [...Array.from({ length: 0xffff }, (_, i) => i + 1), 0x10000, 0x1f680, 0xfffff, 0x10ffff];
    const texts = codes
      .filter((code) => code < 0xd800 || code > 0xdfff)
      .map((code) => String.fromCodePoint(code));
    const raw = texts.filter((text) => text > '\x1f' && text !== '"' && text !== '\\').join('');
    const escaped = texts.map((text) =>
      [...Array(text.length).keys()]
        .map((i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`)
        .join(''),
    );
    await expectSameText([`"${raw}"`, `"${escaped.join('')}"`, `{"${escaped.join('')}": "${raw}"}`]);
  });

  test('has numbers with every digit of the source, and exponents written out', async () => {
    await fc.assert(fc.asyncProperty(batches(jsonNumber, 500), expectSameText), { numRuns: 6 });
    const digits = '1234567890'.repeat(120);
    await expectSameText(
      ['-0', '-0.0', '-0e5', '0e10', '1E5', '1e-7', '1.50e1', '0.001e1', '1e400', '1e-400', digits].flatMap(
        (number) => [number, `[${number}]`, `{"n":${number},"m":[1,${number} ]}`],
      ),
    );
    await expectSameText([`0.${digits}`, `-${digits}.${digits}e-99`, `${digits}.${digits}0000`]);
  });

  test('sorts keys by their length in bytes and then by their bytes', async () => {
    const keys = [
      '',
      'z',
      'a',
      'zz',
      'ab',
      'é',
      'ü',
      '~~',
      '€',
      'aaa',
      '🚀',
      'aaaa',
      '€a',
      'éé',
      '"',
      '\\',
      '\n',
    ];
    const member = (key: string) => respelled(key);
    const documents = fc
      .shuffledSubarray(keys)
      .chain((chosen) => fc.tuple(...chosen.map(member)))
      .map((chosen) => writeObject(chosen.map((key, i) => [key, String(i), ['', '', '']])));
    await fc.assert(fc.asyncProperty(batches(documents, 500), expectSameText), { numRuns: 10 });
  });

  test('keeps apart objects whose keys begin alike, come in another order or are spelled differently', async () => {
    const keys = ['a', 'ab', 'abc', 'abcd', 'b', 'ba'];
    const record = fc
      .tuple(
        fc.subarray(keys),
        fc.array(fc.nat(), { minLength: keys.length, maxLength: keys.length }),
        fc.boolean(),
      )
      .map(([chosen, values, escaped]) => {
        const spelled = (key: string) => (escaped ? `"\\u0061${key.slice(1)}"` : JSON.stringify(key));
        return `{${chosen
          .map((key, i) => `${key.startsWith('a') ? spelled(key) : JSON.stringify(key)}:${values[i] ?? 0}`)
          .join(',')}}`;
      });
    const shuffled = fc
      .shuffledSubarray(keys)
      .map((chosen) => `{${chosen.map((key) => `"${key}":1`).join()}}`);
    const lists = fc.array(fc.oneof(record, shuffled), { maxLength: 8 }).map((items) => `[${items.join()}]`);
    await fc.assert(fc.asyncProperty(batches(lists, 400), expectSameText), { numRuns: 10 });
  });

  test('has objects with hundreds of keys, twice and in both orders', async () => {
    const keys = fc.uniqueArray(spelledString(12), {
      minLength: 190,
      maxLength: 320,
      selector: ({ text }) => text,
      size: 'max',
    });
    const objects = keys.map((all) => {
      const write = (list: typeof all) => writeObject(list.map((key, i) => [key, `[${i}]`, ['', '', '']]));
      return [write(all), write(all), write(all.toReversed()), `{"in":${write(all)}, "b":${write(all)}}`];
    });
    await fc.assert(fc.asyncProperty(objects, expectSameText), { numRuns: 8 });
  });

  test('still holds when documents have had more key sequences than are remembered', async () => {
    const known = '{"zeta": 1, "b": {"beta": 2, "a": 3}}';
    const others = Array.from({ length: 4000 }, (_, i) => {
      const keys = Array.from({ length: 8 }, (_, k) => `"${((i * 8 + k) * 7919).toString(36)}":${k}`);
      return `{${keys.join()}, "own": ${known}}`;
    });
    await expectSameText([known, ...others, known]);
  });

  test('has documents of more than the buffer sizes it starts with', async () => {
    const long = 'ü\\n"'.replace('"', '\\"').repeat(40_000);
    const list = Array.from({ length: 5000 }, (_, i) => `{"n":${i},"b":[]}`).join();
    await expectSameText([`{"text":"${long}","a":[${list}]}`, `[${list}]`, `"${long}\\u0041"`]);
  });

  test('has large values at every depth in their place', async () => {
    const text = fc
      .tuple(fc.constantFrom('x', 'é', '\\u0041', '\\n'), fc.integer({ min: 0, max: 2000 }))
      .map(([unit, count]) => `"${unit.repeat(count)}"`);
    const { node } = fc.letrec<{ node: string }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 7 },
        text,
        fc.array(tie('node'), { maxLength: 4 }).map((items) => `[${items.join()}]`),
        fc
          .array(tie('node'), { maxLength: 4 })
          .map((items) => `{${items.map((item, i) => `"${9 - i}":${item}`).join()}}`),
      ),
    }));
    await fc.assert(fc.asyncProperty(batches(node, 100), expectSameText), { numRuns: 6 });
  });

  test('does not grow with the depth at which a large value stands', async () => {
    // Written once for each level, these would need more than 2 GB.
    const inner = `{"b":"${'x'.repeat(2_300_000)}","a":1}`;
    await expectSameText([
      '{"a":'.repeat(999) + inner + '}'.repeat(999),
      '['.repeat(999) + inner + ']'.repeat(999),
    ]);
  });

  test('does not read past the end of a document into the one before it', () => {
    const buffer = Buffer.from('{"alpha": 1, "beta": 2}'.padEnd(64, ' '));
    canonicalJsonBytes(buffer, 24);
    const length = buffer.write('{"alpha": 1, "be');
    expect(() => canonicalJsonBytes(buffer, length)).toThrow('string without end');
    buffer.write('123456');
    const { bytes, start, end } = canonicalJsonBytes(buffer, 3);
    expect(bytes.toString('utf8', start, end)).toBe('123');
    expect(() => canonicalJsonBytes(Buffer.from('{}'), 2)).toThrow(RangeError);
  });
});
