// Cuts a table into chunks: every key of the source, known or yet to come, lies in exactly one of them.
import type { Database } from 'better-sqlite3';
import type { TablePlan } from '../plans/plan.js';
import { shortKey } from './large-rows.js';
import {
  type ChunkRange,
  type KeyText,
  isTextKey,
  keyColumns,
  sourceKey,
  sourceRange,
  sourceTable,
} from './range.js';

/** Rows a chunk: small enough to repeat without notice, large enough that its transaction costs nothing (measured: 2,000 to 10,000 alike). */
export const CHUNK_ROWS = 5000;

/**
 * Yields the chunks of `table` in key order, from the key and number given; the last one has no upper limit. Looks at the
 * database while it goes.
 */
export function* planChunks(
  db: Database,
  table: TablePlan,
  rows = CHUNK_ROWS,
  from: Pick<ChunkRange, 'low' | 'number'> = { low: null, number: 0 },
): Generator<ChunkRange> {
  let { low, number } = from;
  for (;;) {
    const high: KeyText = canSplit(db, table) ? boundaryAfter(db, table, low, rows) : null;
    yield { table: table.name, number, low, high };
    if (high === null) return;
    low = high;
    number++;
  }
}

/** Text keys of UTF-16 files are ordered by UTF-16 bytes in SQLite and by UTF-8 bytes in the target: such a table is one chunk. */
function canSplit(db: Database, table: TablePlan): boolean {
  return !keyColumns(table).some(isTextKey) || db.pragma('encoding', { simple: true }) === 'UTF-8';
}

function boundaryAfter(db: Database, table: TablePlan, low: KeyText, rows: number): KeyText {
  const { where, values } = sourceRange(table, { low, high: null });
  const columns = keyColumns(table);
  const names = columns.map(({ name }) => shortKey(name)).join(', ');
  const statement = db.prepare<unknown[], unknown[]>(
    `SELECT ${names} FROM ${sourceTable(table)} WHERE ${where} ORDER BY ${sourceKey(table)} LIMIT 50 OFFSET ?`,
  );
  // A key that is itself damaged cannot be a limit; one of the next rows serves as well.
  for (const row of statement
    .raw(true)
    .safeIntegers(true)
    .iterate(...values, BigInt(rows - 1))) {
    const sound = columns.every((column, i) => {
      const value = row[i];
      return isTextKey(column)
        ? typeof value === 'string' && !value.includes('\uFFFD') && !value.includes('\0')
        : typeof value === 'bigint';
    });
    if (sound) return row.map(String);
  }
  return null;
}
