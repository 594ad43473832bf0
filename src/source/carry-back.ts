// Brings what the application wrote to the target back into the source: the only place that writes to a source file. All of it
// is one transaction of SQLite, so that a process killed at any moment leaves the file as it was, or as it shall be.
import type { RowChange } from '../chunk/changes.js';
import { EXIT, WizardError, codeOf, messageOf } from '../errors.js';
import type { TablePlan } from '../plans/plan.js';
import { type CarriedBack, ChangeApplier, type Targets, targetOf } from './apply-changes.js';
import { bindRow } from './bind-row.js';
import { ChangeSpool } from './change-spool.js';
import { Database } from './sqlite-driver.js';

/** How long the first statement and the commit wait for others who have the file open, in milliseconds. */
const BUSY_TIMEOUT_MS = 10_000;
/** Bad values named in the error; the others are counted. */
const SHOWN_PROBLEMS = 5;

/**
 * Applies `changes`, in any order and read once, to the SQLite file; nobody else may write to it meanwhile. `tables` has parents
 * before children, `present` the columns that the file has, by table. Triggers of the source fire, SQLite has no switch for them
 * that could be reached from here: the comparison that must follow names what they changed.
 *
 * Throws, with the file as it was, CARRY_BACK_VALUE for values that the source cannot hold, all of which are looked for before
 * the file is opened; CARRY_BACK_ROW when a row is not as the comparison saw it, or another row is in its way; and
 * CARRY_BACK_FAILED for whatever else SQLite says. All exit 10.
 */
export function applyToSource(
  file: string,
  tables: readonly TablePlan[],
  present: Readonly<Record<string, readonly string[]>>,
  changes: Iterable<RowChange>,
): CarriedBack {
  const targets = new Map(tables.map((table) => [table.name, { table, present: present[table.name] ?? [] }]));
  try {
    const spool = new ChangeSpool(tables);
    try {
      collect(spool, targets, changes);
      return spool.size === 0 ? { inserted: 0, updated: 0, deleted: 0 } : write(file, targets, spool);
    } finally {
      spool.close();
    }
  } catch (error) {
    throw failureOf(file, error);
  }
}

/**
 * Lets SQLite take back what a killed process had half written: a connection that only reads cannot, and fails with
 * SQLITE_READONLY_ROLLBACK. To be called before a source is read again to which applyToSource has perhaps written.
 */
export function settleSource(file: string): void {
  try {
    const db = openForWriting(file);
    try {
      db.prepare('SELECT count(*) FROM sqlite_master').get();
    } finally {
      db.close();
    }
  } catch (error) {
    throw failureOf(file, error);
  }
}

function collect(spool: ChangeSpool, targets: Targets, changes: Iterable<RowChange>): void {
  const shown: string[] = [];
  let count = 0;
  for (const change of changes) {
    const { problems } = bindRow(targetOf(targets, change), change);
    for (const problem of problems) if (++count <= SHOWN_PROBLEMS) shown.push(problem);
    if (count === 0) spool.add(change);
  }
  if (count === 0) return;
  const more = count > shown.length ? `; and ${count - shown.length} more` : '';
  throw new WizardError({
    code: 'CARRY_BACK_VALUE',
    message: `SQLite cannot hold what the application wrote: ${shown.join('; ')}${more}`,
    remedies: [
      'change these values in PostgreSQL, then: ttm-wizard rollback',
      'ttm-wizard rollback --discard-target-writes goes back without anything that was written since the cutover',
    ],
    exitCode: EXIT.rollbackFailed,
  });
}

function openForWriting(file: string): Database {
  const db = new Database(file, { fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
  // better-sqlite3 is compiled with foreign keys on: deleting a row would delete its children, or fail for an orphan of old.
  // With EXTRA the end of the journal is on the disk before anybody builds on it; in WAL mode better-sqlite3 would not even
  // wait for the commit to be there. The journal mode stays the application's.
  db.exec('PRAGMA foreign_keys = OFF; PRAGMA synchronous = EXTRA');
  return db;
}

function write(file: string, targets: Targets, spool: ChangeSpool): CarriedBack {
  const db = openForWriting(file);
  try {
    return db.transaction(() => new ChangeApplier(db, targets).apply(spool.inOrder())).immediate();
  } finally {
    db.close();
  }
}

function failureOf(file: string, error: unknown): unknown {
  if (error instanceof WizardError || codeOf(error)?.startsWith('SQLITE_') !== true) return error;
  const remedies: Readonly<Record<string, string>> = {
    SQLITE_BUSY: `lsof ${file} shows who has the file open: stop them, then: ttm-wizard rollback`,
    SQLITE_READONLY: `write rights on ${file} and its folder, then: ttm-wizard rollback`,
    SQLITE_CANTOPEN: `write rights on ${file} and its folder, then: ttm-wizard rollback`,
    SQLITE_FULL: 'room on the disk of the source, then: ttm-wizard rollback',
  };
  const remedy = remedies[codeOf(error) ?? ''];
  return new WizardError({
    code: 'CARRY_BACK_FAILED',
    message: `${file} cannot be written to and is as it was: ${messageOf(error)}`,
    remedies: remedy === undefined ? [] : [remedy],
    exitCode: EXIT.rollbackFailed,
    cause: error,
  });
}
