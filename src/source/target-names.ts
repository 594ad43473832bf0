// What PostgreSQL cannot take of SQLite's names and tables. It would cut a long name off without a word.
import type { SourceTable } from './inspect.js';

/** NAMEDATALEN - 1. */
const MAX_NAME_BYTES = 63;
/** MaxHeapAttributeNumber. */
const MAX_COLUMNS = 1600;
/** INDEX_MAX_KEYS. */
const MAX_KEY_COLUMNS = 32;
const SYSTEM_COLUMNS: readonly string[] = ['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid'];

/** Why a column cannot have this name; undefined when it can. */
export function columnNameProblem(name: string): string | undefined {
  return SYSTEM_COLUMNS.includes(name) ? 'is the name of a system column of PostgreSQL' : nameProblem(name);
}

/** Why a table cannot be made as it is; undefined when it can. */
export function tableProblem({ name, columns, key }: SourceTable): string | undefined {
  const problem = nameProblem(name);
  if (problem !== undefined) return `its name ${problem}`;
  // PostgreSQL looks for a name among its own first: rows would go to pg_class of its catalog.
  if (name.startsWith('pg_')) return 'its name begins with pg_, as those of PostgreSQL itself do';
  // Plans are looked up by the names of tables.
  if (name === '__proto__') return 'its name is one that the wizard itself has no place for';
  const tooMany = columnsProblem(columns.length);
  if (tooMany !== undefined) return tooMany;
  if (key.length > MAX_KEY_COLUMNS)
    return `its key has ${key.length} columns, PostgreSQL allows ${MAX_KEY_COLUMNS}`;
  for (const column of columns) {
    const reason = columnNameProblem(column.name);
    if (reason !== undefined) return `the name of its column ${column.name} ${reason}`;
  }
  return undefined;
}

/** Why a table cannot have so many columns; undefined when it can. */
export function columnsProblem(count: number): string | undefined {
  return count > MAX_COLUMNS ? `it has ${count} columns, PostgreSQL allows ${MAX_COLUMNS}` : undefined;
}

function nameProblem(name: string): string | undefined {
  if (name === '') return 'is empty';
  const bytes = Buffer.byteLength(name);
  return bytes > MAX_NAME_BYTES ? `has ${bytes} bytes, PostgreSQL keeps ${MAX_NAME_BYTES}` : undefined;
}
