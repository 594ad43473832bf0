import { expect, test } from 'vitest';
import { nearest } from '../../src/config/nearest.js';

const names = ['run', 'status', 'verify', 'report', 'show'];

test.each([
  ['statsu', 'status'],
  ['rum', 'run'],
  ['reprot', 'report'],
  ['rnu', 'run'],
  ['shwo', 'show'],
  ['wohs', undefined],
  ['frobnicate', undefined],
  ['', undefined],
])('%j is taken for %j', (typed, meant) => {
  expect(nearest(typed, names)).toBe(meant);
});
