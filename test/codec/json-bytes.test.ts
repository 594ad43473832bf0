// Four bytes at a time, nothing is copied wrong, compared wrong or read where no buffer is.
import { describe, expect, test } from 'vitest';
import { SLACK_BYTES, appendBytes, bytesOf, isAt } from '../../src/codec/json-bytes.js';
import { canonicalJson, canonicalJsonBytes } from '../../src/codec/json.js';
import { JsonError } from '../../src/codec/json-error.js';

/** Bytes from a to z again and again. */
function letters(length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, i) => 0x61 + (i % 26)));
}

describe('a copy', () => {
  test('of any length from any place to any place is exact, and leaves what is before it alone', () => {
    for (const length of [...Array(40).keys(), 255, 256, 257, 258, 300]) {
      for (const start of [0, 1, 2, 3]) {
        for (const at of [0, 1, 2, 3]) {
          const from = letters(start + length + SLACK_BYTES);
          const to = Buffer.alloc(at + length + SLACK_BYTES, '-');
          expect(appendBytes(bytesOf(to), at, bytesOf(from), start, start + length)).toBe(at + length);
          expect(to.subarray(0, at).toString()).toBe('-'.repeat(at));
          expect(to.subarray(at, at + length)).toEqual(from.subarray(start, start + length));
        }
      }
    }
  });
});

describe('a key that has been met before', () => {
  test('is known by every one of its bytes, wherever it stands', () => {
    for (let length = 1; length <= 20; length++) {
      const key = letters(length);
      for (const before of [0, 1, 2, 3]) {
        const text = Buffer.concat([Buffer.alloc(before, '-'), key, Buffer.alloc(SLACK_BYTES)]);
        expect(isAt(bytesOf(text), before, bytesOf(key))).toBe(true);
        for (let changed = 0; changed < length; changed++) {
          const other = Buffer.from(text);
          other[before + changed] = 0x2e;
          expect(isAt(bytesOf(other), before, bytesOf(key))).toBe(false);
        }
      }
    }
  });

  test('is not looked for behind the end of a document, wherever the document ends', () => {
    const whole = '{"a_rather_long_key": {"another_long_key": [1, "text"]}, "third_key_of_it": null}';
    expect(canonicalJson(whole)).toContain('"third_key_of_it": null');
    for (let length = 0; length < whole.length; length++) {
      const exact = Buffer.alloc(length + SLACK_BYTES);
      exact.write(whole.slice(0, length));
      expect(() => canonicalJsonBytes(exact, length)).toThrow(JsonError);
      // What is left of a longer document behind the end is not part of this one.
      expect(() => canonicalJsonBytes(Buffer.from(`${whole}    `), length)).toThrow(JsonError);
    }
  });

  test('is found among many that have followed the same keys, and among those that begin alike', () => {
    const names = Array.from({ length: 30 }, (_, i) => `key${'x'.repeat(i % 7)}${i}`);
    for (const round of [1, 2]) {
      for (const name of names)
        expect(canonicalJson(`{"${name}":${round},"k":[]}`)).toBe(`{"k": [], "${name}": ${round}}`);
    }
  });
});
