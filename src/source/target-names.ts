// What PostgreSQL cannot take of SQLite's names and tables. It would cut a long name off without a word.
import type { SourceTable } from './inspect.js';

/** NAMEDATALEN - 1. */
const MAX_NAME_BYTES = 63;
/** MaxHeapAttributeNumber. */
const MAX_COLUMNS = 1600;
const SYSTEM_COLUMNS: readonly string[] = ['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid'];

/** Why a column cannot have this name; undefined when it can. */
export function columnNameProblem(name: string): string | undefined {
  return SYSTEM_COLUMNS.includes(name) ? 'is the name of a system column of PostgreSQL' : nameProblem(name);
}

/** Why a table cannot be made as it is; undefined when it can. */
export function tableProblem({ name, columns }: SourceTable): string | undefined {
  const problem = nameProblem(name);
  if (problem !== undefined) return `its name ${problem}`;
  if (columns.length > MAX_COLUMNS)
    return `it has ${columns.length} columns, PostgreSQL allows ${MAX_COLUMNS}`;
  for (const column of columns) {
    const reason = columnNameProblem(column.name);
    if (reason !== undefined) return `the name of its column ${column.name} ${reason}`;
  }
  return undefined;
}

function nameProblem(name: string): string | undefined {
  if (name === '') return 'is empty';
  const bytes = Buffer.byteLength(name);
  return bytes > MAX_NAME_BYTES ? `has ${bytes} bytes, PostgreSQL keeps ${MAX_NAME_BYTES}` : undefined;
}
