// A chunk is a range (low, high] of one table's primary keys. Here are its WHERE clauses for both sides, and the canonical
// line as an SQL expression for the target's.
import { type SqliteValue, isTextType } from '../codec/column.js';
import { unescapeField } from '../codec/row.js';
import type { ColumnPlan, TablePlan } from '../plans/plan.js';
import { quoteName } from '../target/sql.js';

/** Key values as text, in the order of the table's key; null for no limit on that side. */
export type KeyText = readonly string[] | null;

export interface ChunkRange {
  readonly table: string;
  readonly number: number;
  readonly low: KeyText;
  readonly high: KeyText;
}

/** The plan's column of that name; a RangeError is a mistake in the plan. */
export function columnOf(table: TablePlan, name: string): ColumnPlan {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column === undefined) throw new RangeError(`${table.name} has no column ${name}`);
  return column;
}

export function keyColumns(table: TablePlan): ColumnPlan[] {
  return table.key.map((name) => columnOf(table, name));
}

export function isTextKey(column: ColumnPlan): boolean {
  return isTextType(column.type);
}

/** One text for the values of a key, none of them NULL, which no other values share; see OrphanRule. */
export function parentKey(values: readonly unknown[]): string {
  return JSON.stringify(values.map(String));
}

/** The key columns of the source, compared byte by byte whatever collation the table declares. */
export function sourceKeys(table: TablePlan): string[] {
  return keyColumns(table).map(
    (column) =>
      quoteName(column.name) + (isTextKey(column) || table.avoidsIndexes === true ? ' COLLATE BINARY' : ''),
  );
}

export function sourceKey(table: TablePlan): string {
  return sourceKeys(table).join(', ');
}

/** The table in a FROM of the source. */
export function sourceTable({ name, avoidsIndexes }: TablePlan): string {
  return quoteName(name) + (avoidsIndexes === true ? ' NOT INDEXED' : '');
}

/** WHERE clause on the source with `?` for each bound value, and those values. */
export function sourceRange(
  table: TablePlan,
  range: Pick<ChunkRange, 'low' | 'high'>,
): { where: string; values: SqliteValue[] } {
  const columns = keyColumns(table);
  const key = sourceKey(table);
  const holes = columns.map(() => '?').join(', ');
  const bind = (text: KeyText): SqliteValue[] =>
    (text ?? []).map((value, i) =>
      columns[i] !== undefined && isTextKey(columns[i]) ? value : BigInt(value),
    );
  // A row with NULL in its key belongs to the first chunk. By typeof, because SQLite takes IS NULL for false where the column
  // is declared NOT NULL, which an edited schema may say of rows that were there before.
  const hasNull = columns.map((column) => `typeof(${quoteName(column.name)}) = 'null'`).join(' OR ');
  const parts: string[] = [];
  if (range.low !== null) parts.push(`(${key}) > (${holes})`);
  if (range.high !== null) {
    const upTo = `(${key}) <= (${holes})`;
    parts.push(range.low === null && table.keyMayBeNull === true ? `(${upTo} OR ${hasNull})` : upTo);
  }
  if (range.low !== null && table.keyMayBeNull === true) parts.push(`NOT (${hasNull})`);
  return {
    where: parts.length === 0 ? 'TRUE' : parts.join(' AND '),
    values: [...bind(range.low), ...bind(range.high)],
  };
}

/** WHERE clause on the target with `$n` parameters, and their values. */
export function targetRange(
  table: TablePlan,
  range: Pick<ChunkRange, 'low' | 'high'>,
): { where: string; values: string[] } {
  const columns = keyColumns(table);
  const key = targetOrder(table);
  const values: string[] = [];
  const bind = (text: readonly string[]): string =>
    text
      .map(
        (value, i) =>
          `$${values.push(value)}::${columns[i] !== undefined && isTextKey(columns[i]) ? 'text' : 'bigint'}`,
      )
      .join(', ');
  const parts: string[] = [];
  if (range.low !== null) parts.push(`(${key}) > (${bind(range.low)})`);
  if (range.high !== null) parts.push(`(${key}) <= (${bind(range.high)})`);
  return { where: parts.length === 0 ? 'TRUE' : parts.join(' AND '), values };
}

export function targetOrder(table: TablePlan): string {
  return keyColumns(table)
    .map((column) => quoteName(column.name) + (isTextKey(column) ? ' COLLATE "C"' : ''))
    .join(', ');
}

// concat_ws takes up to 100 arguments (FUNC_MAX_ARGS).
const MAX_FIELDS = 90;

/** The canonical line of a target row as an SQL expression (see codec/row.ts). */
export function targetLine(columns: readonly ColumnPlan[]): string {
  const fields = columns.map(fieldExpression);
  const parts: string[] = [];
  for (let i = 0; i < fields.length; i += MAX_FIELDS)
    parts.push(`concat_ws(E'\\t', ${fields.slice(i, i + MAX_FIELDS).join(', ')})`);
  return parts.length === 1 ? (parts[0] ?? '') : `concat_ws(E'\\t', ${parts.join(', ')})`;
}

function fieldExpression({ name: column, type }: ColumnPlan): string {
  const name = quoteName(column);
  // The application may write 1.0 for what SQLite holds as 1: the same number, which numeric spells as it came.
  if (type === 'numeric') return `coalesce(trim_scale(${name})::text, '\\N')`;
  if (!isTextType(type)) return `coalesce(${name}::text, '\\N')`;
  return `coalesce(replace(replace(${name}, '\\', '\\\\'), E'\\t', '\\t'), '\\N')`;
}

/** The fields of a canonical line; null is NULL. */
export function splitLine(columns: readonly ColumnPlan[], line: string): (string | null)[] {
  return line.split('\t').map((field, i) => {
    if (field === '\\N') return null;
    const column = columns[i];
    return column !== undefined && isTextType(column.type) ? unescapeField(field) : field;
  });
}
