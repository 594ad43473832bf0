// SQLite itself. No better-sqlite3 serves every Node: 12 aborts on 24.19 and newer, 13 (Node-API) ends Node 20 without a word. npm
// cannot choose by Node's version, so both are optional dependencies and the choice is made here. Nobody else imports either.
import { createRequire } from 'node:module';
import type BetterSqlite from 'better-sqlite3';
import { driverError, driverFor } from './driver-choice.js';

/** The class of better-sqlite3. Importing it throws NATIVE_MODULE (exit 2) when the one for this Node is not installed. */
export const Database = load();
/** A connection. */
export type Database = BetterSqlite.Database;

function load(): typeof BetterSqlite {
  const driver = driverFor(process.versions.node);
  try {
    return createRequire(import.meta.url)(driver) as typeof BetterSqlite;
  } catch (error) {
    throw driverError(driver, error);
  }
}
