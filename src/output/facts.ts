// What a run has measured besides its steps, tables and queries, in words: the same on the page and in the text of the report.
import type { Environment } from '../events.js';
import type { RunView, StepView, TableView } from '../view.js';
import { showCount, showDuration, showMoment, showSize } from './format.js';

/** For how long the application was down last, and from when; undefined where it was not stopped. */
export function downtimeText({ downtime, outcome }: RunView): string | undefined {
  if (downtime === undefined) return undefined;
  const since = showMoment(downtime.startedAt);
  if (downtime.ms !== undefined) return `${showDuration(downtime.ms)}, from ${since}`;
  return `from ${since}, ${outcome === 'running' ? 'not over yet' : 'not over when the run ended'}`;
}

/** Names and values, of what is known. */
export function environmentRows(environment: Environment): [name: string, value: string][] {
  const { wizard, node, sqlite, postgres, system, cores, memoryBytes, timeZone } = environment;
  return [
    ['ttm-wizard', wizard],
    ['Node', node],
    ['SQLite', sqlite],
    ...(postgres === undefined ? [] : [['PostgreSQL', postgres] satisfies [string, string]]),
    ['system', system],
    ['cores', showCount(cores)],
    ['memory', showSize(memoryBytes)],
    ['time zone', timeZone],
  ];
}

/** Those that differ before the others. */
export function differentFirst(tables: readonly TableView[]): TableView[] {
  return [...tables].sort((a, b) => Number(a.state !== 'different') - Number(b.state !== 'different'));
}

/** A step that is left has nothing to say unless it has been undone. */
export function isTakenBack({ state, summary }: StepView): boolean {
  return state === 'left' && summary !== '';
}
