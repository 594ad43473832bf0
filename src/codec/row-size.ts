// Rows that PostgreSQL refuses although it takes each of their values: too many of them for one page, or for one entry of an index.
// Asked only of tables whose rows can come to so much.
import type { ColumnPlan } from '../plans/plan.js';
import { isTextType, type SqliteValue } from './column.js';
import { Problem } from './problem.js';
import type { RowProblem } from './row.js';

/** MaxHeapTupleSize for pages of 8 kB (htup_details.h), less two generated columns of the target. */
const MAX_PAGE_BYTES = 8160 - 64;
/** What is longer is stored apart (TOAST), and 18 bytes stay; up to 24 a value is left where it is (heap_toast_insert_or_update). */
const MOST_INLINE_BYTES = 24;
/** That, and what aligning it may cost. */
const WORST_COLUMN_BYTES = MOST_INLINE_BYTES + 7;
/** BTMaxItemSize is 2,704, of which the entry's own header takes some. */
const MAX_ENTRY_BYTES = 2690;

type RowCheck = (row: readonly SqliteValue[]) => RowProblem | undefined;

/** The check for rows of these columns; undefined where none can fail it. Columns that are `indexed` are taken for one key. */
export function rowCheckFor(columns: readonly ColumnPlan[]): RowCheck | undefined {
  const isKey = columns.filter(({ indexed }) => indexed === true).length > 1;
  const isWide = columns.length * WORST_COLUMN_BYTES > MAX_PAGE_BYTES;
  if (!isKey && !isWide) return undefined;
  return (row) =>
    (isKey ? tooLongKey(columns, row) : undefined) ?? (isWide ? tooWide(columns, row) : undefined);
}

function tooLongKey(columns: readonly ColumnPlan[], row: readonly SqliteValue[]): RowProblem | undefined {
  const sizes = columns.map(({ indexed, type }, i) => {
    const value = row[i];
    if (indexed !== true) return 0;
    // With its header and alignment.
    return isTextType(type) && typeof value === 'string' ? Buffer.byteLength(value) + 8 : 16;
  });
  if (sizes.reduce((sum, size) => sum + size, 0) <= MAX_ENTRY_BYTES) return undefined;
  const detail = `stands in a key of more than ${MAX_ENTRY_BYTES} bytes, too many for an index entry`;
  return rowProblem(columns, row, sizes.indexOf(Math.max(...sizes)), detail);
}

/** As PostgreSQL lays a row out, column after column, each aligned as its type wants it (heap_compute_data_size). */
function tooWide(columns: readonly ColumnPlan[], row: readonly SqliteValue[]): RowProblem | undefined {
  let bytes = align(23 + Math.ceil(columns.length / 8), 8);
  for (const [i, { type }] of columns.entries()) {
    const value = row[i] ?? null;
    if (value !== null) bytes = append(bytes, type, value);
  }
  if (bytes <= MAX_PAGE_BYTES) return undefined;
  const detail =
    'stands in a row of more values than a page of PostgreSQL holds: 8 kB, with long ones stored elsewhere';
  return rowProblem(columns, row, 0, detail);
}

function append(bytes: number, type: ColumnPlan['type'], value: Exclude<SqliteValue, null>): number {
  switch (type) {
    case 'boolean':
      return bytes + 1;
    case 'integer':
      return align(bytes, 4) + 4;
    case 'bigint':
    case 'double precision':
    case 'timestamptz':
      return align(bytes, 8) + 8;
    case 'numeric': {
      // Two bytes for each group of four digits, the first and the last of which may be cut; never more than a double or int64 has.
      const groups = Math.ceil(String(value).replace(/e.*/, '').length / 4) + 1;
      return bytes + Math.min(MOST_INLINE_BYTES, 5 + 2 * groups);
    }
    case 'jsonb':
      return bytes + MOST_INLINE_BYTES;
    case 'text':
    case 'bytea':
    default: {
      const length = typeof value === 'string' || Buffer.isBuffer(value) ? Buffer.byteLength(value) : 0;
      return bytes + Math.min(MOST_INLINE_BYTES, length + 1);
    }
  }
}

function align(bytes: number, to: number): number {
  return Math.ceil(bytes / to) * to;
}

function rowProblem(
  columns: readonly ColumnPlan[],
  row: readonly SqliteValue[],
  at: number,
  detail: string,
): RowProblem | undefined {
  const column = columns[at];
  if (column === undefined) return undefined;
  return { column, value: row[at] ?? null, problem: new Problem('too-long', detail) };
}
