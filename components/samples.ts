// How fast rows came in, second by second, for the graph of the copy.
import type { RunView } from '../src/view.js';

export interface Sample {
  /** Milliseconds of the epoch. */
  readonly atMs: number;
  readonly rows: number;
}

/** Enough for the widest graph. */
const MOST = 90;
const SECOND = 1000;

/** One more sample for each second in which rows were copied; none while another step runs. */
export function takeSample(samples: readonly Sample[], view: RunView, nowMs: number): readonly Sample[] {
  if (!view.steps.some(({ name, state }) => name === 'copy' && state === 'running')) return samples;
  const last = samples.at(-1);
  if (last !== undefined && nowMs - last.atMs < SECOND) return samples;
  const rows = view.tables.reduce((sum, { rowsDone }) => sum + rowsDone, 0);
  // Fewer than before: another run.
  const kept = last !== undefined && rows < last.rows ? [] : samples;
  return [...kept, { atMs: nowMs, rows }].slice(-MOST);
}

/** Rows a second between the samples, the latest `count`. */
export function ratesOf(samples: readonly Sample[], count: number): number[] {
  return samples
    .slice(1)
    .map(({ atMs, rows }, index) => {
      const before = samples[index];
      return before === undefined ? 0 : ((rows - before.rows) / (atMs - before.atMs)) * SECOND;
    })
    .slice(-count);
}
