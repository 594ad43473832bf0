// Numbers, sizes, times and columns as people read them.
import { expect, test } from 'vitest';
import { safe } from '../../src/output/findings.js';
import {
  percentOf,
  showDuration,
  showMoment,
  showRows,
  showSize,
  showSome,
} from '../../src/output/format.js';
import { inSentences, tableLines } from '../../src/output/text-table.js';

test.each([
  [0, '0 ms'],
  [0.25, '0.3 ms'],
  [12, '12 ms'],
  [999, '999 ms'],
  [1000, '1.0 s'],
  [13_340, '13.3 s'],
  [65_000, '1 m 5 s'],
  [3_600_000, '1 h'],
])('%d ms is shown as %s', (ms, expected) => {
  expect(showDuration(ms)).toBe(expected);
});

test('counts are grouped, and one row is one row', () => {
  expect([showRows(0), showRows(1), showRows(847_080)]).toEqual(['0 rows', '1 row', '847,080 rows']);
  expect(showSize(1_400_000_000)).toBe('1.4 GB');
});

test('100 percent means all of it', () => {
  expect([percentOf(0, 0), percentOf(0, 10), percentOf(9999, 10_000), percentOf(10, 10)]).toEqual([
    100, 0, 99, 100,
  ]);
});

test('a moment has its offset from UTC', () => {
  expect(showMoment('2026-01-31T02:03:04.567Z')).toBe('2026-01-31 02:03:04 +00:00');
});

test('columns are aligned by width on screen, also with Chinese and emoji in them', () => {
  expect(
    tableLines(
      [
        ['月球', '1'],
        ['moon', '22'],
        ['🚀', '333'],
      ],
      ['left', 'right'],
    ),
  ).toEqual(['月球    1', 'moon   22', '🚀    333']);
});

test('a table as sentences names each cell that holds something', () => {
  const aligns = ['left', 'right'] as const;
  const head = ['table', 'rows'];
  const rows = [
    ['tokens', '2'],
    ['empty', ''],
  ];
  expect(inSentences({ head, rows, aligns })).toEqual(['table tokens, rows 2', 'table empty']);
  expect(inSentences({ rows: [['source', '/srv/dev.db']], aligns })).toEqual(['source: /srv/dev.db']);
});

test('text from the data cannot steer the terminal', () => {
  expect(safe('a\u001b[2J\u0007\r\n\u202eb')).toBe('a\\u{1b}[2J\\u{7}\\r\\n\\u{202e}b');
});

test('of many names the first are shown, and how many there are beyond', () => {
  expect(showSome(['a', 'b'], 2)).toBe('a, b');
  expect(showSome(['a', 'b', 'c', 'd'], 2)).toBe('a, b and 2 more');
});
