// Collations and functions that an application has given to its own SQLite and to nobody else's: what of a source cannot be
// checked, read or written without them.
import { codeOf, messageOf } from '../errors.js';
import type { TablePlan } from '../plans/plan.js';
import { quoteName } from '../target/sql.js';
import { openSource } from './sqlite.js';

const BUILT_IN: readonly string[] = ['BINARY', 'NOCASE', 'RTRIM'];

export function isAppCollation(name: string): boolean {
  return !BUILT_IN.includes(name.toUpperCase());
}

/** Whether SQLite cannot make sense of a statement because of something that only the application defines. */
export function isAppDefined(error: unknown): boolean {
  return (
    codeOf(error) === 'SQLITE_ERROR_MISSING_COLLSEQ' ||
    /^(?:unknown|no such) function|^no query solution|^no such module/.test(messageOf(error))
  );
}

export interface Unwritable {
  readonly table: string;
  readonly why: string;
}

/** Tables into which nothing can be carried back, by statements that are prepared and never run; on a connection of its own. */
export function findUnwritable(file: string, tables: readonly TablePlan[]): Unwritable[] {
  const db = openSource(file);
  try {
    return tables.flatMap(({ name, columns }) => {
      const column = quoteName(columns[0]?.name ?? '');
      try {
        db.prepare(`INSERT INTO ${quoteName(name)} DEFAULT VALUES`);
        db.prepare(`UPDATE ${quoteName(name)} SET ${column} = ${column}`);
        db.prepare(`DELETE FROM ${quoteName(name)} WHERE TRUE`);
        return [];
      } catch (error) {
        if (!isAppDefined(error)) throw error;
        return [{ table: name, why: messageOf(error) }];
      }
    });
  } finally {
    db.close();
  }
}
