import { expect, test } from 'vitest';
import { choosePaint } from '../../src/output/paint.js';

const isColoured = (isTty: boolean, env: Record<string, string>, noColor = false): boolean =>
  choosePaint(isTty, env, noColor)('red', 'x') !== 'x';

test('colours show on a terminal and not in a pipe', () => {
  expect(isColoured(true, {})).toBe(true);
  expect(isColoured(false, {})).toBe(false);
});

test('a dumb terminal, NO_COLOR and --no-color turn them off', () => {
  expect(isColoured(true, { TERM: 'dumb' })).toBe(false);
  expect(isColoured(true, { NO_COLOR: '1' })).toBe(false);
  expect(isColoured(true, { NO_COLOR: '' })).toBe(true);
  expect(isColoured(true, {}, true)).toBe(false);
});

test('FORCE_COLOR turns them on in a pipe, unless NO_COLOR or --no-color says otherwise; 0 turns them off', () => {
  expect(isColoured(false, { FORCE_COLOR: '1' })).toBe(true);
  expect(isColoured(false, { FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false);
  expect(isColoured(false, { FORCE_COLOR: '1' }, true)).toBe(false);
  expect(isColoured(true, { FORCE_COLOR: '0' })).toBe(false);
});
