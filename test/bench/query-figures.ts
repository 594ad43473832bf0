// What the verification of a full-size run says about each query, as a table, and the bars that it misses.
import { showDuration } from '../../src/output/format.js';
import type { QueryCompared } from './queries-database.js';

export interface QueryFigure {
  readonly query: string;
  readonly isEqual: boolean;
  readonly rows: number;
  readonly beforeMs: number;
  readonly sentMs: number;
  /** Of the rewritten form, where there is one. */
  readonly fastMs?: number;
  /** Before, to the best form. */
  readonly factor: number;
  readonly requiredFactor?: number;
  readonly isPlanRight: boolean;
  readonly reasons: readonly string[];
}

/** Each listed query in its best form, in milliseconds, but for what the ORM loads beside every list. */
const MOST_MS = 50;
const OF_THE_ORM = 'scores of a page';
/** The whole request as the unchanged application sends it: the list, its count, and the settings. */
const MOST_REQUEST_MS = 1000;
const REQUEST = ['tokens list', 'tokens count', 'settings'];

export function figureOf(event: QueryCompared): QueryFigure {
  const { query, equal, rows, sourceMs, targetMs, times, requiredFactor, plan } = event;
  const fastMs = times?.fast?.ms;
  return {
    query,
    isEqual: equal,
    rows,
    beforeMs: sourceMs,
    sentMs: targetMs,
    ...(fastMs === undefined ? {} : { fastMs }),
    factor: sourceMs / (fastMs ?? targetMs),
    ...(requiredFactor === undefined ? {} : { requiredFactor }),
    isPlanRight: plan?.isRight === true,
    reasons: plan?.reasons ?? [],
  };
}

/** As GET /tokens of the unchanged application asks: as sent, and before. */
function requestMs(figures: readonly QueryFigure[]): { beforeMs: number; sentMs: number } {
  const own = figures.filter(({ query }) => REQUEST.includes(query));
  const sum = (pick: (figure: QueryFigure) => number): number =>
    own.reduce((total, one) => total + pick(one), 0);
  return { beforeMs: sum(({ beforeMs }) => beforeMs), sentMs: sum(({ sentMs }) => sentMs) };
}

export function queryRows(figures: readonly QueryFigure[]): string[][] {
  const { beforeMs, sentMs } = requestMs(figures);
  return [
    ['query', 'before', 'as sent', 'fast', 'factor', 'required', 'rows', 'verdict'],
    ...figures.map((figure) => [
      figure.query,
      showDuration(figure.beforeMs),
      showDuration(figure.sentMs),
      figure.fastMs === undefined ? '' : showDuration(figure.fastMs),
      `${figure.factor.toFixed(figure.factor < 10 ? 1 : 0)} x`,
      figure.requiredFactor === undefined ? '' : `${figure.requiredFactor} x`,
      String(figure.rows),
      missedBy(figure).join(', ') || 'met',
    ]),
    ['GET /tokens, unchanged', showDuration(beforeMs), showDuration(sentMs), '', '', '1 s', '', ''],
  ];
}

/** Every bar that is missed, in words. */
export function missedBars(figures: readonly QueryFigure[]): string[] {
  const { sentMs } = requestMs(figures);
  return [
    ...figures.flatMap((figure) => missedBy(figure).map((what) => `${figure.query}: ${what}`)),
    ...(figures.some(({ query }) => query === OF_THE_ORM) ? [] : [`${OF_THE_ORM} is not there`]),
    ...(sentMs > MOST_REQUEST_MS ? [`GET /tokens takes ${showDuration(sentMs)}`] : []),
  ];
}

function missedBy({
  query,
  isEqual,
  sentMs,
  fastMs,
  factor,
  requiredFactor,
  isPlanRight,
}: QueryFigure): string[] {
  const bestMs = fastMs ?? sentMs;
  return [
    ...(isEqual ? [] : ['DIFFERENT']),
    ...(isPlanRight ? [] : ['another plan']),
    ...(bestMs > MOST_MS && query !== OF_THE_ORM ? [`over ${MOST_MS} ms`] : []),
    ...(requiredFactor !== undefined && factor < requiredFactor ? [`below ${requiredFactor} x`] : []),
  ];
}
