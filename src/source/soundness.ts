// SQLite's own check of a whole file. Rows that break a rule of their table (NOT NULL, CHECK, a column's type) are complained
// of by it too, but are no damage: the scan of the values names them, each with its key.
import type { Database } from 'better-sqlite3';
import { messageOf } from '../errors.js';
import type { Finding } from '../events.js';
import { quoteName } from '../target/sql.js';
import { isAppDefined } from './app-defined.js';

type Check = 'quick_check' | 'integrity_check';

// The complaints of PRAGMA integrity_check that are about values (pragma.c of SQLite 3.53).
const BROKEN_RULE = /^(?:NULL|NUMERIC|TEXT|non-\w+) value in |^CHECK constraint failed in /;

/** Lines stop here; a file with so many rows that break rules is not looked at any further. */
const MAX_LINES = 1_000_000;

export interface Soundness {
  /** What is damaged, the first complaints; none when the file is sound. */
  readonly damage: readonly string[];
  /** Tables that SQLite cannot check here, because a collation or function of theirs is the application's own. */
  readonly unchecked: readonly { readonly table: string; readonly why: string }[];
}

/** At most `limit` complaints. Throws what SQLite throws when it cannot even read. */
export function checkSoundness(db: Database, check: Check, limit: number): Soundness {
  try {
    return { damage: complaints(db, `${check}(${MAX_LINES})`, limit), unchecked: [] };
  } catch (error) {
    if (!isAppDefined(error)) throw error;
    return checkEach(db, check, limit);
  }
}

/** Table by table, because one that cannot be checked keeps SQLite from checking any. */
function checkEach(db: Database, check: Check, limit: number): Soundness {
  const names = db
    .prepare<[], string>(
      "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'shadow') ORDER BY 1",
    )
    .pluck()
    .all();
  const damage: string[] = [];
  const unchecked: { table: string; why: string }[] = [];
  for (const table of names) {
    try {
      damage.push(...complaints(db, `${check}(${quoteName(table)})`, limit - damage.length));
    } catch (error) {
      if (!isAppDefined(error)) throw error;
      unchecked.push({ table, why: messageOf(error) });
    }
    if (damage.length >= limit) break;
  }
  return { damage, unchecked };
}

function complaints(db: Database, pragma: string, limit: number): string[] {
  const found: string[] = [];
  for (const line of db.prepare<[], string>(`PRAGMA ${pragma}`).pluck().iterate()) {
    if (line === 'ok' || BROKEN_RULE.test(line)) continue;
    found.push(line);
    if (found.length === limit) break;
  }
  return found;
}

/** A warning for each table that could not be checked. */
export function uncheckedFindings(check: Check, { unchecked }: Soundness): Finding[] {
  return unchecked.map(({ table, why }) => ({
    severity: 'warning',
    code: 'unchecked-table',
    message: `${check} cannot look at ${table} without the application (${why}); all of its values are read and compared`,
    remedies: [],
    table,
  }));
}
