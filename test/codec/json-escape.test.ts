// A long string is decoded piece by piece, and comes to the same as in one.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonError } from '../../src/codec/json-error.js';
import { decodeEscapes, pieceEnd } from '../../src/codec/json-escape.js';
import { canonicalJson } from '../../src/codec/json.js';

const TOKENS = [
  'a',
  'é',
  '漢',
  '🚀',
  '\\n',
  '\\\\',
  '\\/',
  '\\"',
  '\\u0041',
  '\\u00e9',
  '\\ud7ff',
  '\\ue000',
];
const PAIRS = ['\\ud83d\\ude80', '\\uDBFF\\uDFFF', '\\uD800\\udc00'];
const tokens = fc.array(fc.constantFrom(...TOKENS, ...PAIRS), { maxLength: 40 });

function inPieces(inner: string, pieceBytes: number): string {
  const bytes = Buffer.from(inner);
  let decoded = '';
  for (let at = 0; at < bytes.length;) {
    const end = pieceEnd(bytes, at, bytes.length, pieceBytes);
    expect(end).toBeGreaterThan(at);
    decoded += decodeEscapes(bytes.toString('utf8', at, end));
    at = end;
  }
  return decoded;
}

describe('a string with escapes', () => {
  test('is the same decoded in pieces of any size', () => {
    fc.assert(
      fc.property(tokens, fc.integer({ min: 1, max: 30 }), (parts, pieceBytes) => {
        const inner = parts.join('');
        expect(inPieces(inner, pieceBytes)).toBe(decodeEscapes(inner));
      }),
      { numRuns: 2000 },
    );
  });

  test('is refused for half a pair, wherever the pieces end', () => {
    for (const half of ['\\ud83d', '\\ude80', '\\ud83da', '\\ud83d\\u0041', '\\ude80\\ud83d'])
      for (let pieceBytes = 1; pieceBytes < 20; pieceBytes++)
        expect(() => inPieces(`ab${half}`, pieceBytes)).toThrow(JsonError);
  });

  test('of several pieces is what JSON says', () => {
    const parts = Array.from(
      { length: 40_000 },
      (_, i) => [...TOKENS, ...PAIRS][(i * 7 + (i >> 5)) % 15] ?? '',
    );
    const source = `"${parts.join('')}"`;
    expect(canonicalJson(source)).toBe(JSON.stringify(JSON.parse(source)));
  });
});
