// Which tables have a line when there are more than lines: the one in work, those that differ, then the latest.
import type { RunView, TableView } from '../src/view.js';
import { activeStep } from './scene.js';

export interface TableRow {
  readonly name: string;
  readonly word: 'left' | 'copying' | 'copied' | 'comparing' | 'verified' | 'DIFFERENT';
  readonly done: number;
  readonly total: number;
  /** Rows a second; undefined when it cannot be told. */
  readonly rate: number | undefined;
}

/** Below that a rate says nothing. */
const LEAST_MS_FOR_RATE = 1000;

/** All tables of the view as the screen shows them. */
export function tableRows(view: RunView): TableRow[] {
  const step = activeStep(view);
  const [progress, first] = [step?.progress, step?.firstProgress];
  return view.tables.map((table) => {
    if (progress?.table !== table.name || progress.unit !== 'rows') return resting(table);
    const word = progress.step === 'copy' ? 'copying' : 'comparing';
    // The last progress of a table stays until the next table has one.
    if (progress.done >= progress.total && isOver(table, word)) return resting(table);
    const { done, total, elapsedMs } = progress;
    const ms = elapsedMs - (first?.elapsedMs ?? elapsedMs);
    const rate = ms < LEAST_MS_FOR_RATE ? undefined : ((done - (first?.done ?? done)) / ms) * 1000;
    return { name: table.name, word, done, total, rate };
  });
}

function isOver({ state }: TableView, word: 'copying' | 'comparing'): boolean {
  return word === 'copying' ? state !== 'copying' : state === 'verified' || state === 'different';
}

function resting(table: TableView): TableRow {
  const { name, state, rows, rowsDone, sourceRows, targetRows, elapsedMs } = table;
  const hasRate = state === 'copied' && elapsedMs >= LEAST_MS_FOR_RATE;
  const rate = hasRate ? (rows / elapsedMs) * 1000 : undefined;
  if (state === 'verified' || state === 'different') {
    const word = state === 'different' ? 'DIFFERENT' : state;
    return { name, word, done: targetRows, total: Math.max(sourceRows, targetRows), rate };
  }
  return { name, word: state, done: state === 'copied' ? rows : rowsDone, total: rows, rate };
}

/** At most `count` of `rows`, in their order. */
export function chooseRows(rows: readonly TableRow[], count: number): TableRow[] {
  const working = rows.findIndex((row) => rankOf(row) === 0);
  const center = working === -1 ? rows.findLastIndex(({ word }) => word !== 'left') : working;
  return rows
    .map((row, index) => ({ row, index }))
    .sort((a, b) => rankOf(a.row) - rankOf(b.row) || Math.abs(a.index - center) - Math.abs(b.index - center))
    .slice(0, Math.max(0, count))
    .sort((a, b) => a.index - b.index)
    .map(({ row }) => row);
}

/** What is in work goes first, then what differs. */
export function rankOf({ word }: TableRow): number {
  if (word === 'copying' || word === 'comparing') return 0;
  return word === 'DIFFERENT' ? 1 : 2;
}

/** `195 more: 120 copied, 75 left`; undefined when there is none. */
export function othersLine(rows: readonly TableRow[], shown: readonly TableRow[]): string | undefined {
  const hidden = rows.filter((row) => !shown.includes(row));
  if (hidden.length === 0) return undefined;
  const counts = new Map<string, number>();
  for (const { word } of hidden) counts.set(word, (counts.get(word) ?? 0) + 1);
  return `${hidden.length} more: ${[...counts].map(([word, count]) => `${count} ${word}`).join(', ')}`;
}
