// A query that a plan has for its own source.
import type { Database } from 'better-sqlite3';
import { messageOf } from '../errors.js';

type Cell = string | number | bigint | Buffer | null;

/** All rows; none where the source lacks the table that is asked about, which the findings of drift have said already. */
export function askSource(db: Database, sql: string): Cell[][] {
  try {
    return db.prepare<[], Cell[]>(sql).raw(true).all();
  } catch (error) {
    if (messageOf(error).startsWith('no such table')) return [];
    throw error;
  }
}
