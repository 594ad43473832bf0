// The application's queries on both sides, as many as there is room for: what is wrong first, then those of which a factor is required.
import { inOrder, showFactor, timesOf, verdictOf } from '../../src/output/query-table.js';
import { showCount } from '../../src/output/format.js';
import type { QueryView, RunView } from '../../src/view.js';
import { type Line, type Piece, line, table } from '../lines.js';
import { STATE_COLOURS } from '../theme.js';

/** Their title and the line that counts the rest, besides. */
const MOST_QUERIES = 8;
/** With fewer columns the time of the application's own form goes, with still fewer that of the other and the factor. */
const COLUMNS_FOR_SENT = 70;
const COLUMNS_FOR_TIMES = 50;

/** None before the first has been compared; all of them are in the summary and in the report. */
export function queryLines({ queries }: RunView, columns: number, most = MOST_QUERIES): Line[] {
  if (queries.length === 0) return [];
  const sorted = inOrder(queries);
  const shown = sorted.slice(0, sorted.length <= most + 1 ? sorted.length : most);
  const rest = sorted.slice(shown.length);
  const kept = kinds(columns);
  const rows = shown.map((query) => kept.map(({ cell }) => cell(query)));
  return [
    ...table(kept, rows, columns),
    ...(rest.length === 0
      ? []
      : [line(`and ${showCount(rest.length)} more, ${wordFor(rest)}`, { isDim: true })]),
  ];
}

/** What is wrong comes first, so the rest is seldom anything but equal. */
function wordFor(rest: readonly QueryView[]): string {
  const different = rest.filter(({ equal }) => !equal).length;
  return different === 0 ? 'equal' : `${showCount(different)} of them DIFFERENT`;
}

function kinds(columns: number): readonly Kind[] {
  if (columns >= COLUMNS_FOR_SENT) return [QUERY, BEFORE, SENT, FAST, FACTOR, ANSWERS];
  if (columns >= COLUMNS_FOR_TIMES) return [QUERY, BEFORE, FAST_OR_SENT, FACTOR, ANSWERS];
  return [QUERY, ANSWERS];
}

interface Kind {
  readonly title: string;
  readonly align?: 'right';
  readonly isFlexible?: boolean;
  readonly cell: (query: QueryView) => Piece;
}

function duration(title: string, text: (query: QueryView) => string): Kind {
  return { title, align: 'right', cell: (query) => ({ text: text(query) }) };
}

const QUERY: Kind = { title: 'query', isFlexible: true, cell: ({ query }) => ({ text: query }) };
const BEFORE = duration('before', (query) => timesOf(query)[0]);
const SENT = duration('as sent', (query) => timesOf(query)[1]);
const FAST = duration('fast', (query) => timesOf(query)[2]);
const FAST_OR_SENT = duration('after', (query) => {
  const [, sent, fast] = timesOf(query);
  return fast === '' ? sent : fast;
});
const FACTOR = duration('factor', showFactor);
const ANSWERS: Kind = {
  title: 'answers',
  cell: (query) => {
    const { text, isEqual, isProblem } = verdictOf(query);
    return { text, colour: isEqual && isProblem ? 'yellow' : STATE_COLOURS[isEqual ? 'equal' : 'DIFFERENT'] };
  },
};
