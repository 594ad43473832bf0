// SQLite's own check of a whole file. Rows that break a rule of their table (NOT NULL, CHECK, a column's type) are complained
// of by it too, but are no damage: the scan of the values names them, each with its key.
import type { Database } from 'better-sqlite3';

// The complaints of PRAGMA integrity_check that are about values (pragma.c of SQLite 3.53).
const BROKEN_RULE = /^(?:NULL|NUMERIC|TEXT|non-\w+) value in |^CHECK constraint failed in /;

/** Lines stop here; a file with so many rows that break rules is not looked at any further. */
const MAX_LINES = 1_000_000;

/** What is damaged, the first `limit` complaints; none when the file is sound. Throws what SQLite throws when it cannot even read. */
export function findDamage(db: Database, check: 'quick_check' | 'integrity_check', limit: number): string[] {
  const lines = db.prepare<[], string>(`PRAGMA ${check}(${MAX_LINES})`).pluck().iterate();
  const found: string[] = [];
  for (const line of lines) {
    if (line === 'ok' || BROKEN_RULE.test(line)) continue;
    found.push(line);
    if (found.length === limit) break;
  }
  return found;
}
