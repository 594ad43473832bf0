import { expect, test } from 'vitest';
import { eraseAbove } from '../../src/output/erase-above.js';

const size = { columns: 20, rows: 5 };

test.each([
  ['one line', 'one', 1],
  ['an empty line between', 'one\n\nthree', 3],
  ['a line that is as wide as the terminal', 'x'.repeat(20), 1],
  ['a line that is wider', `${'x'.repeat(21)}\nend`, 3],
  ['wide characters', '月'.repeat(11), 2],
  ['colours, which take no room', '\u001b[31m12345678901234567890\u001b[39m', 1],
])('%s', (_, page, height) => {
  expect(eraseAbove(page, size)).toBe(`\u001b[${height}A\r\u001b[J`);
});

test('what does not fit on the terminal is left alone', () => {
  expect(eraseAbove('1\n2\n3\n4', size)).not.toBe('');
  expect(eraseAbove('1\n2\n3\n4\n5', size)).toBe('');
});
