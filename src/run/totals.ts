// What a run has copied, or compared, in all. Pure.
import type { Totals } from '../events.js';
import type { RunView } from '../view.js';

/** Over the tables that have been begun. */
export function totalsOf(view: RunView): Totals {
  const tables = view.tables.filter(({ state }) => state !== 'left');
  const sum = (pick: (table: (typeof tables)[number]) => number): number =>
    tables.reduce((total, table) => total + pick(table), 0);
  return {
    tables: tables.length,
    // A comparison by itself has copied nothing, and knows what is there.
    rows: sum((table) => (table.rows === 0 ? table.targetRows : table.rows)),
    bytes: sum((table) => table.bytes),
    quarantined: sum((table) => table.quarantined),
  };
}
