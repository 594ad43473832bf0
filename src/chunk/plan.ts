// Cuts a table into chunks: every key of the source, known or yet to come, lies in exactly one of them.
import type { Database } from 'better-sqlite3';
import type { TablePlan } from '../plans/plan.js';
import { LargeRows, shortKey } from './large-rows.js';
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
 * Bytes of a chunk's texts and blobs, plus its last row: where the two sides of a chunk differ it is held in memory, by each thread and
 * with up to two bytes a character. A chunk of usual rows (1.7 kB) is about as large.
 */
export const CHUNK_BYTES = 8_000_000;

interface Limits {
  readonly rows: number;
  readonly bytes: number;
}

const LIMITS: Limits = { rows: CHUNK_ROWS, bytes: CHUNK_BYTES };

/**
 * Yields the chunks of `table`, of which the file has the columns `present`, in key order, from the key and number given; the last one
 * has no upper limit. Looks at the database while it goes.
 */
export function* planChunks(
  db: Database,
  table: TablePlan,
  present: readonly string[],
  limits = LIMITS,
  from: Pick<ChunkRange, 'low' | 'number'> = { low: null, number: 0 },
): Generator<ChunkRange> {
  let { low, number } = from;
  const sizes = new LargeRows(db, table, present, limits.bytes);
  for (;;) {
    const high: KeyText = canSplit(db, table) ? boundaryAfter(db, table, sizes, low, limits) : null;
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

function boundaryAfter(
  db: Database,
  table: TablePlan,
  sizes: LargeRows,
  low: KeyText,
  { rows, bytes }: Limits,
): KeyText {
  const columns = keyColumns(table).map(({ name }) => shortKey(name));
  const names = columns.join(', ');
  const range = sourceRange(table, { low, high: null });
  const from = `FROM ${sourceTable(table)} WHERE ${range.where}`;
  const order = sourceKey(table);
  const byRows = `SELECT ${names} ${from} ORDER BY ${order} LIMIT 50 OFFSET ?`;
  const high = firstSound(db, table, byRows, [...range.values, BigInt(rows - 1)]);
  const all = sourceRange(table, { low, high });
  if (!sizes.areOver(all)) return high;
  const aliases = columns.map((_, i) => `k${i}`).join(', ');
  const keys = columns.map((column, i) => `${column} AS k${i}`).join(', ');
  const running = `SELECT ${keys}, sum(${sizes.size}) OVER (ORDER BY ${order} ROWS UNBOUNDED PRECEDING) AS bytes FROM ${sourceTable(table)} WHERE ${all.where} ORDER BY ${order}`;
  const byBytes = `SELECT ${aliases} FROM (${running}) WHERE bytes > ? LIMIT 50`;
  return firstSound(db, table, byBytes, [...all.values, BigInt(bytes)]) ?? high;
}

/** A key that is itself damaged cannot be a limit; one of the next rows serves as well. */
function firstSound(db: Database, table: TablePlan, sql: string, values: readonly unknown[]): KeyText {
  const columns = keyColumns(table);
  const statement = db.prepare<unknown[], unknown[]>(sql).raw(true).safeIntegers(true);
  for (const row of statement.iterate(...values)) {
    const isSound = columns.every((column, i) => {
      const value = row[i];
      return isTextKey(column)
        ? typeof value === 'string' && !value.includes('\uFFFD') && !value.includes('\0')
        : typeof value === 'bigint';
    });
    if (isSound) return row.map(String);
  }
  return null;
}
