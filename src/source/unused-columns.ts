// Columns of the plan that hold no value at all in the source. They are carried over as they are; the person may want to know.
import type { Database } from 'better-sqlite3';
import { sourceKeys, sourceTable } from '../chunk/range.js';
import type { TablePlan } from '../plans/plan.js';
import { quoteName } from '../target/sql.js';
import type { FittedPlan } from './drift.js';

/** Columns that came late have values in the newest rows, and a search from the first row on would read most of the file. */
const NEWEST_ROWS = 1000;

/** `{table, column}` of every nullable column that is NULL in all rows of a table that has rows. */
export function findUnusedColumns(
  db: Database,
  { tables, present }: Pick<FittedPlan, 'tables' | 'present'>,
): { table: string; column: string }[] {
  return tables.flatMap((table) =>
    table.columns
      .filter(({ name, nullable }) => nullable === true && present[table.name]?.includes(name) === true)
      .filter(({ name }) => isUnused(db, table, quoteName(name)))
      .map(({ name: column }) => ({ table: table.name, column })),
  );
}

function isUnused(db: Database, table: TablePlan, column: string): boolean {
  const from = sourceTable(table);
  const newestFirst = sourceKeys(table).map((key) => `${key} DESC`);
  const newest = db
    .prepare(
      `SELECT ${column} IS NOT NULL FROM ${from} ORDER BY ${newestFirst.join(', ')} LIMIT ${NEWEST_ROWS}`,
    )
    .pluck()
    .all();
  if (newest.length === 0 || newest.some((isValue) => Number(isValue) === 1)) return false;
  return db.prepare(`SELECT 1 FROM ${from} WHERE ${column} IS NOT NULL LIMIT 1`).get() === undefined;
}
