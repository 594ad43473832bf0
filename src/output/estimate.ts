// How much a run has to do and about how long that takes, told before anything is written.
import type { RunView } from '../view.js';
import { showCount, showRows, showSeconds, showSize } from './format.js';

/**
 * Reading every value once took `preflight` long, in pieces that leave the application room. Then it is read for the snapshot, copied and
 * compared, and the keys are added: measured on To The Moon, five times as long in all.
 */
const PASSES = 5;

/** From what preflight has found and how long it took; of a view in which it is done. */
export function planEstimate({ tables, steps }: RunView): string {
  const rows = tables.reduce((sum, own) => sum + own.rows, 0);
  const bytes = tables.reduce((sum, own) => sum + own.bytes, 0);
  const checkMs = steps.find(({ name }) => name === 'preflight')?.elapsedMs ?? 0;
  const time = showSeconds(Math.max(1000, checkMs * PASSES));
  return `${showRows(rows)}, ${showSize(bytes)} in ${showCount(tables.length)} tables; about ${time} without the dump (estimated)`;
}
