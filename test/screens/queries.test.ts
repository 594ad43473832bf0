// The application's queries on the screen: as many as there is room for, the worst first, at three widths.
import { expect, it } from 'vitest';
import { queryLines } from '../../components/screens/queries.js';
import type { EventBody, WizardEvent } from '../../src/events.js';
import { reduce } from '../../src/reduce.js';
import { EMPTY_VIEW, type RunView } from '../../src/view.js';

type Compared = Extract<EventBody, { type: 'query.compared' }>;

function compared(query: string, more: Partial<Compared> = {}): Compared {
  return {
    type: 'query.compared',
    step: 'verify',
    query,
    equal: true,
    rows: 50,
    sourceMs: 3500,
    targetMs: 217,
    index: null,
    times: {
      source: { firstMs: 3500, ms: 3500, warmRuns: 0 },
      sent: { firstMs: 300, ms: 217, warmRuns: 3 },
      fast: { firstMs: 20, ms: 7, warmRuns: 3 },
    },
    ...more,
  };
}

function viewOf(...bodies: Compared[]): RunView {
  return bodies.reduce((view, body, i) => {
    const event: WizardEvent = { v: 1, seq: i + 1, at: '2026-01-31T02:00:00.000Z', run: 'r', ...body };
    return reduce(view, event);
  }, EMPTY_VIEW);
}

function textOf(view: RunView, columns: number): string[] {
  return queryLines(view, columns).map((line) =>
    line
      .map(({ text }) => text)
      .join('')
      .trimEnd(),
  );
}

const many = viewOf(
  ...Array.from({ length: 20 }, (_, i) => compared(`tokens list, page ${i + 1}`)),
  compared('newest of all tokens', { requiredFactor: 100 }),
  compared('spam and NotArb', { plan: { isRight: false, reasons: ['reads all of a'], indexes: [] } }),
  compared('tokens count', { equal: false }),
);

it('shows what is wrong, then what is required, then some of the rest, and counts the others', () => {
  expect(`\n${textOf(many, 80).join('\n')}\n`).toBe(`
query                 before  as sent  fast  factor  answers
tokens count           3.5 s   217 ms  7 ms   500 x  DIFFERENT
spam and NotArb        3.5 s   217 ms  7 ms   500 x  equal, see plan
newest of all tokens   3.5 s   217 ms  7 ms   500 x  equal
tokens list, page 1    3.5 s   217 ms  7 ms   500 x  equal
tokens list, page 2    3.5 s   217 ms  7 ms   500 x  equal
tokens list, page 3    3.5 s   217 ms  7 ms   500 x  equal
tokens list, page 4    3.5 s   217 ms  7 ms   500 x  equal
tokens list, page 5    3.5 s   217 ms  7 ms   500 x  equal
and 15 more, equal
`);
});

it('leaves out the times of what the application sends on a narrow terminal, and then all times', () => {
  expect(textOf(many, 60).slice(0, 3)).toEqual([
    'query                 before  after  factor  answers',
    'tokens count           3.5 s   7 ms   500 x  DIFFERENT',
    'spam and NotArb        3.5 s   7 ms   500 x  equal, see plan',
  ]);
  expect(textOf(many, 40).slice(0, 3)).toEqual([
    'query                 answers',
    'tokens count          DIFFERENT',
    'spam and NotArb       equal, see plan',
  ]);
});

it('shows all where they fit, in no more lines than the count of the rest would take', () => {
  const nine = viewOf(...Array.from({ length: 9 }, (_, i) => compared(`query ${i + 1}`)));
  expect(textOf(nine, 80)).toHaveLength(10);
  expect(textOf(nine, 80).at(-1)).toMatch(/^query 9 /);
});

it('says that answers among the rest differ', () => {
  const different = viewOf(
    ...Array.from({ length: 12 }, (_, i) => compared(`query ${i + 1}`, { equal: false })),
  );
  expect(textOf(different, 80).at(-1)).toBe('and 4 more, 4 of them DIFFERENT');
});
