// Keys of rows that cannot be carried over are met again by the target's lines of the same key, and by no others.
import { expect, test } from 'vitest';
import { BadKeys } from '../../src/chunk/bad-keys.js';
import { parentKey } from '../../src/chunk/range.js';
import type { TablePlan } from '../../src/plans/plan.js';

const PAIR: TablePlan = {
  name: 'pair',
  columns: [
    { name: 'word', declared: 'TEXT', type: 'text', nullable: true },
    { name: 'number', declared: 'BIGINT', type: 'bigint', nullable: true },
  ],
  key: ['word', 'number'],
};

function badKeys(...rows: readonly (readonly [string | null, bigint | null])[]): BadKeys {
  const keys = new BadKeys(PAIR);
  for (const row of rows) keys.add({ key: '', parentKey: parentKey(row), row, index: 0, problems: [] });
  return keys;
}

test('a key is known by its line, tabs and backslashes in it too', () => {
  const keys = badKeys(['a\tb\\', 1n]);
  expect(keys.has('a\\tb\\\\\t1')).toBe(true);
  expect([keys.has('a\tb\\\\\t1'), keys.has('a\\tb\\\\\t2'), badKeys().has('a\t1')]).toEqual([
    false,
    false,
    false,
  ]);
});

test("NULL is not the text 'null'", () => {
  expect(badKeys(['null', 1n]).has('\\N\t1')).toBe(false);
  expect(badKeys(['null', 1n]).has('null\t1')).toBe(true);
  expect(badKeys([null, 1n]).has('null\t1')).toBe(false);
});

test('bytes that are no text lead to no key of the target', () => {
  expect(badKeys(['\uFFFD', 1n]).has('\uFFFD\t1')).toBe(false);
});
