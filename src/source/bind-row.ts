// The values to bind for one row change, and everything in it that the source cannot hold.
import type { RowChange } from '../chunk/changes.js';
import { keyColumns } from '../chunk/range.js';
import type { SqliteValue } from '../codec/column.js';
import { Problem, showValue } from '../codec/problem.js';
import { toSqlite } from '../codec/sqlite-value.js';
import type { ColumnPlan, TablePlan } from '../plans/plan.js';

/** A table and those of its columns that the file has. */
export interface SourceTarget {
  readonly table: TablePlan;
  readonly present: readonly string[];
}

export interface BoundRow {
  readonly key: readonly SqliteValue[];
  /** Names of the columns to be written, and their values. */
  readonly columns: readonly string[];
  readonly values: readonly SqliteValue[];
}

/** `problems` name table, key, column and value; when there are any, the row must not be written. */
export function bindRow(
  { table, present }: SourceTarget,
  change: RowChange,
): { row: BoundRow; problems: readonly string[] } {
  // SQLite would hand out a key of its own.
  if (change.kind === 'insert' && change.key.includes(null))
    throw new RangeError(`${showRow(change)} has no key`);
  const problems: string[] = [];
  const bind = (column: ColumnPlan, field: string | null): SqliteValue => {
    const value = toSqlite(column, field);
    if (!(value instanceof Problem)) return value;
    problems.push(`${showRow(change)} ${column.name} ${value.detail} (${showValue(field)})`);
    return null;
  };
  const key = keyColumns(table).map((column, i) => bind(column, change.key[i] ?? null));
  const columns: string[] = [];
  const values: SqliteValue[] = [];
  for (const position of positionsOf(table, change)) {
    const column = table.columns[position];
    const field = change.fields[position];
    if (column === undefined || field === undefined)
      throw new RangeError(`${showRow(change)} has no field ${position}`);
    if (present.includes(column.name)) {
      columns.push(column.name);
      values.push(bind(column, field));
    } else if (field !== null) {
      problems.push(
        `${showRow(change)} ${column.name} has a value but the source no such column (${showValue(field)})`,
      );
    }
  }
  if (change.kind !== 'delete' && columns.length === 0 && problems.length === 0)
    throw new RangeError(`${showRow(change)} changes nothing`);
  return { row: { key, columns, values }, problems };
}

function positionsOf(table: TablePlan, { kind, changed }: RowChange): readonly number[] {
  if (kind === 'delete') return [];
  return kind === 'update' ? changed : table.columns.map((_, i) => i);
}

/** `token_scores 17`, safe for a terminal. */
export function showRow({ table, key }: RowChange): string {
  return `${table} ${showValue(key.map((value) => value ?? 'NULL').join(','))}`;
}
