// What is said of the application's queries: the factor, what is wrong, and in which order.
import { describe, expect, it } from 'vitest';
import { inOrder, queryLine, querySection, showFactor, verdictOf } from '../../src/output/query-table.js';
import { unpainted } from '../../src/output/paint.js';
import { inColumns } from '../../src/output/text-table.js';
import type { QueryView } from '../../src/view.js';

function query(name: string, more: Partial<QueryView> = {}): QueryView {
  return {
    query: name,
    equal: true,
    rows: 26,
    sourceMs: 2000,
    targetMs: 100,
    index: null,
    caller: 'GET /tokens',
    times: {
      source: { firstMs: 2000, ms: 2000, warmRuns: 0 },
      sent: { firstMs: 130, ms: 100, warmRuns: 3 },
      fast: { firstMs: 9, ms: 4, warmRuns: 3 },
    },
    requiredFactor: undefined,
    plan: { isRight: true, reasons: ['reads all of a, which is small'], indexes: ['idx_a'] },
    ...more,
  };
}

const old = query('old', { times: undefined, plan: undefined, caller: undefined, index: 'idx_a' });

describe('the factor', () => {
  it('is that of the best form', () => {
    expect(showFactor(query('a'))).toBe('500 x');
    expect(showFactor(old)).toBe('20 x');
    expect(showFactor(query('a', { sourceMs: 6 }))).toBe('1.5 x');
  });
});

describe('the verdict', () => {
  const cases: [string, Partial<QueryView>, string, boolean][] = [
    ['an answer that is equal', {}, 'equal', false],
    ['one that is not, whatever else', { equal: false, requiredFactor: 100_000 }, 'DIFFERENT', true],
    ['a required factor that is reached', { requiredFactor: 500 }, 'equal', false],
    ['one that is missed', { requiredFactor: 501 }, 'equal, below 501 x', true],
    ['one that is missed on a small source', { requiredFactor: 501, sourceMs: 99 }, 'equal', false],
    [
      'a plan that is not right',
      { plan: { isRight: false, reasons: ['reads all of a'], indexes: [] } },
      'equal, see plan',
      true,
    ],
  ];
  it.each(cases)('on %s', (_, more, text, isProblem) => {
    expect(verdictOf(query('a', more))).toMatchObject({ text, isProblem });
  });
});

describe('the table', () => {
  const queries = [
    query('plain'),
    query('required', { requiredFactor: 5 }),
    query('missed', { requiredFactor: 501 }),
    query('different', { equal: false }),
  ];

  it('begins with what is wrong, then what is required', () => {
    expect(inOrder(queries).map((own) => own.query)).toEqual(['different', 'missed', 'required', 'plain']);
  });

  it('has all of them with both times, the factor of what was required, and once what is to be said of several', () => {
    expect(`\n${querySection([...queries, old], unpainted, inColumns).join('\n')}\n`).toBe(`
query      before  as sent  fast  factor        result                       index
different  2.0 s*   100 ms  4 ms  500 x         DIFFERENT, 26 rows           idx_a
missed     2.0 s*   100 ms  4 ms  500 x of 501  equal, below 501 x, 26 rows  idx_a
required   2.0 s*   100 ms  4 ms  500 x of 5    equal, 26 rows               idx_a
plain      2.0 s*   100 ms  4 ms  500 x         equal, 26 rows               idx_a
old         2.0 s   100 ms        20 x          equal, 26 rows               idx_a
* one run, which took more than a second; others: the median of three, after a first
4 queries: reads all of a, which is small
`);
  });

  it('is nothing where nothing was compared', () => {
    expect(querySection([], unpainted, inColumns)).toEqual([]);
  });

  it('is one line as they are compared', () => {
    expect(queryLine(query('a'), unpainted)).toBe(
      'query a: equal, 26 rows, 2.0 s before, 100 ms as sent, 4 ms in its fast form',
    );
    expect(queryLine(old, unpainted)).toBe('query old: equal, 26 rows, 2.0 s before, 100 ms after');
  });
});
