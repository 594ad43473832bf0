// The application's queries as a table: before, after as the application sends them, after in the form that suits the target best, and
// what to say of each. Which of them come first is decided here, for every output.
import type { QueryView } from '../view.js';
import { safe } from './findings.js';
import { showCount, showDuration, showRows } from './format.js';
import type { Paint } from './paint.js';
import type { Layout } from './text-table.js';

/** Below this a query has nothing to gain on the source, and no factor is asked of it: a small source, as the demo's. */
const WORTH_A_FACTOR_MS = 100;

/** How many times faster the target is in its best form; undefined where it took no time at all. */
function factorOf({ sourceMs, targetMs, times }: QueryView): number | undefined {
  const afterMs = times?.fast?.ms ?? targetMs;
  return afterMs > 0 ? sourceMs / afterMs : undefined;
}

/** `2,341 x`, below ten with a decimal. */
export function showFactor(query: QueryView): string {
  const factor = factorOf(query);
  if (factor === undefined) return '';
  return `${factor < 10 ? factor.toFixed(1) : showCount(factor)} x`;
}

export interface Verdict {
  readonly text: string;
  readonly isEqual: boolean;
  /** Whether anything is to be seen about it. */
  readonly isProblem: boolean;
}

/** `equal`, and what is to be said besides. */
export function verdictOf(query: QueryView): Verdict {
  const { equal, requiredFactor, plan } = query;
  if (!equal) return { text: 'DIFFERENT', isEqual: false, isProblem: true };
  if (plan?.isRight === false) return { text: 'equal, see plan', isEqual: true, isProblem: true };
  if (requiredFactor !== undefined && isMissed(query, requiredFactor))
    return { text: `equal, below ${requiredFactor} x`, isEqual: true, isProblem: true };
  return { text: 'equal', isEqual: true, isProblem: false };
}

function isMissed(query: QueryView, requiredFactor: number): boolean {
  return query.sourceMs >= WORTH_A_FACTOR_MS && (factorOf(query) ?? Infinity) < requiredFactor;
}

/** Those that differ, then other problems, then those of which a factor is required, then the rest. */
export function inOrder(queries: readonly QueryView[]): QueryView[] {
  const rank = (query: QueryView): number => {
    if (!query.equal) return 0;
    if (verdictOf(query).isProblem) return 1;
    return query.requiredFactor === undefined ? 3 : 2;
  };
  return [...queries].sort((a, b) => rank(a) - rank(b));
}

const ONE_RUN = '* one run, which took more than a second; others: the median of three, after a first';

/** The table of the summary and of the report: all of them, and below it what is to be said of several at once. */
export function querySection(queries: readonly QueryView[], paint: Paint, layout: Layout): string[] {
  if (queries.length === 0) return [];
  const head = ['query', 'before', 'as sent', 'fast', 'factor', 'result', 'index'];
  const rows = inOrder(queries).map((query) => [
    safe(query.query),
    ...markedTimes(query),
    `${showFactor(query)}${query.requiredFactor === undefined ? '' : ` of ${query.requiredFactor}`}`,
    `${paintVerdict(query, paint)}, ${showRows(query.rows)}`,
    safe(query.index ?? query.plan?.indexes[0] ?? ''),
  ]);
  const lines = layout({
    head: head.map((text) => paint('bold', text)),
    rows,
    aligns: ['left', 'right', 'right', 'right', 'left', 'left', 'left'],
    isLastSpare: true,
  });
  return [...lines, ...(queries.some(hasOneRun) ? [ONE_RUN] : []), ...reasonLines(queries)];
}

/** Why what looks wrong is right, and what is wrong: each once, with the query or how many they are. */
function reasonLines(queries: readonly QueryView[]): string[] {
  const names = new Map<string, string[]>();
  for (const { query, plan } of queries)
    for (const reason of plan?.reasons ?? []) names.set(reason, [...(names.get(reason) ?? []), query]);
  return [...names].map(([reason, own]) => {
    const which = own.length === 1 ? own.join('') : `${showCount(own.length)} queries`;
    return safe(`${which}: ${reason}`);
  });
}

/** Before, as sent, fast; the last is empty where the target has no form of its own. */
export function timesOf({ sourceMs, targetMs, times }: QueryView): [string, string, string] {
  const fast = times?.fast === undefined ? '' : showDuration(times.fast.ms);
  return [showDuration(sourceMs), showDuration(targetMs), fast];
}

/** The same, a time of one run marked with a star. */
function markedTimes(query: QueryView): [string, string, string] {
  const [before, sent, fast] = timesOf(query);
  const marked = (text: string, run: { readonly warmRuns: number } | undefined): string =>
    run?.warmRuns === 0 ? `${text}*` : text;
  const { times } = query;
  return [marked(before, times?.source), marked(sent, times?.sent), marked(fast, times?.fast)];
}

function hasOneRun({ times }: QueryView): boolean {
  return [times?.source, times?.sent, times?.fast].some((run) => run?.warmRuns === 0);
}

function paintVerdict(query: QueryView, paint: Paint): string {
  const { text, isEqual, isProblem } = verdictOf(query);
  return paint(isEqual ? (isProblem ? 'yellow' : 'green') : 'red', text);
}

/** One line as it is compared. */
export function queryLine(query: QueryView, paint: Paint): string {
  const [before, sent, fast] = timesOf(query);
  const after = fast === '' ? `${sent} after` : `${sent} as sent, ${fast} in its fast form`;
  const verdict = `${paintVerdict(query, paint)}, ${showRows(query.rows)}`;
  return `query ${safe(query.query)}: ${verdict}, ${before} before, ${after}`;
}
