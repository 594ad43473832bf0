// When two answers are the same answer, and when they are not.
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { firstDifference } from '../../steps/verify/answers.js';

const { BOOL, FLOAT8, INT8, JSONB, NUMERIC, TEXT, TIMESTAMPTZ } = pg.types.builtins;

function differenceOf(type: number, source: string | null, target: string | null): string | undefined {
  const answer = (value: string | null) => ({ columns: ['c'], rows: [[value]] });
  return firstDifference(answer(source), answer(target), [type]);
}

describe('a value of both sides', () => {
  it.each([
    ['a decimal with a scale', NUMERIC, '1.5', '1.50'],
    ['a double', FLOAT8, '10000000000000000000000', '1e+22'],
    ['a large integer', INT8, '9007199254740993', '9007199254740993'],
    [
      'an integer beyond those of SQLite, whose queries answer with a double',
      NUMERIC,
      '12345678901234567000',
      '12345678901234567890',
    ],
    ['zero, which SQLite makes an integer', NUMERIC, '0', '0.0000'],
    ['a time of six digits', TIMESTAMPTZ, '2025-10-10 08:30:00.120000', '2025-10-10 08:30:00.12+00'],
    ['a time spelled otherwise', TIMESTAMPTZ, '2025-10-10T11:30:00+03:00', '2025-10-10 08:30:00+00'],
    ['a document with its keys in another order', JSONB, '{"bb":1.0, "a":"é"}', '{"a": "é", "bb": 1.0}'],
    ['a number in a JSON column', JSONB, '5', '5'],
    ['truth', BOOL, '1', 't'],
    ['falsehood', BOOL, '0', 'f'],
    ['nothing', JSONB, null, null],
  ])('is equal: %s', (_, type, source, target) => {
    expect(differenceOf(type, source, target)).toBeUndefined();
  });

  it.each([
    ['four decimals of six', NUMERIC, '0.123456', '0.1235'],
    ['an integer one off, which no double can tell', INT8, '9007199254740993', '9007199254740992'],
    ['a microsecond', TIMESTAMPTZ, '2025-10-10 08:30:00.000001', '2025-10-10 08:30:00+00'],
    ['a JSON number with another scale', JSONB, '{"a": 1.0}', '{"a": 1}'],
    ['the JSON word null and NULL', JSONB, 'null', null],
    ['an empty text and NULL', TEXT, '', null],
    ['text that is a number to nobody', TEXT, '1.0', '1'],
    ['text that is no JSON', JSONB, '{NaN}', '{}'],
  ])('is different: %s', (_, type, source, target) => {
    expect(differenceOf(type, source, target)).toMatch(/^row 1, c: .* became /);
  });
});

describe('the rows of both sides', () => {
  const rowsOf = (...values: string[]) => ({ columns: ['n'], rows: values.map((value) => [value]) });

  it('have to come in the same order where the query has one', () => {
    expect(firstDifference(rowsOf('1', '2'), rowsOf('2', '1'), [INT8])).toBe('row 1, n: 1 became 2');
  });

  it('are a set where it has none, in which every row counts', () => {
    expect(firstDifference(rowsOf('1', '2', '2'), rowsOf('2', '1', '2'), [INT8], true)).toBeUndefined();
    expect(firstDifference(rowsOf('1', '1', '2'), rowsOf('2', '1', '2'), [INT8], true)).toBeDefined();
  });

  it('have to be as many, with the same columns', () => {
    expect(firstDifference(rowsOf('1'), rowsOf('1', '2'), [INT8])).toBe('1 rows became 2');
    const other = { columns: ['m'], rows: [['1']] };
    expect(firstDifference(rowsOf('1'), other, [INT8])).toBe('columns n became m');
  });

  it('show no more of a long value than an example', () => {
    const long = 'x'.repeat(5000);
    const answer = (text: string) => ({ columns: ['c'], rows: [[text]] });
    const said = firstDifference(answer(long), answer(`${long}y`), [TEXT]) ?? '';
    expect(said.length).toBeGreaterThan(0);
    expect(said.length).toBeLessThan(400);
  });
});
