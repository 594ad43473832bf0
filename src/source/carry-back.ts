// Brings what the application wrote to the target back into the source: the only place that writes to a source file. All of it
// is one transaction of SQLite, so that a process killed at any moment leaves the file as it was, or as it shall be.
import {
  type ChangeCounts,
  NO_CHANGES,
  type RowChange,
  addCounts,
  countChanges,
  totalOf,
} from '../chunk/changes.js';
import { EXIT, WizardError, codeOf, messageOf } from '../errors.js';
import type { TablePlan } from '../plans/plan.js';
import { ChangeApplier, type Targets, targetOf } from './apply-changes.js';
import { bindRow } from './bind-row.js';
import { ChangeSpool } from './change-spool.js';
import { Database } from './sqlite-driver.js';

/** How long the first statement and the commit wait for others who have the file open, in milliseconds. */
const BUSY_TIMEOUT_MS = 10_000;
/** Bad values named in the error; the others are counted. */
const SHOWN_PROBLEMS = 5;

/**
 * Row changes for an SQLite file, collected in any order and applied together; nobody else may write to it meanwhile. Triggers of the
 * source fire, SQLite has no switch for them that could be reached from here: the comparison that must follow names what they changed.
 */
export class SourceChanges {
  private readonly targets: Targets;
  private readonly spool: ChangeSpool;
  private readonly problems: string[] = [];
  private problemCount = 0;
  private counts: ChangeCounts = NO_CHANGES;

  /** `tables` has parents before children, `present` the columns that the file has, by table. */
  constructor(tables: readonly TablePlan[], present: Readonly<Record<string, readonly string[]>>) {
    this.targets = new Map(
      tables.map((table) => [table.name, { table, present: present[table.name] ?? [] }]),
    );
    this.spool = new ChangeSpool(tables);
  }

  get size(): number {
    return totalOf(this.counts);
  }

  /** What has been collected so far. */
  get collected(): ChangeCounts {
    return this.counts;
  }

  add(change: RowChange): void {
    this.counts = addCounts(this.counts, countChanges([change]));
    const { problems } = bindRow(targetOf(this.targets, change), change);
    for (const problem of problems) this.refuse(problem);
    if (this.problemCount === 0) this.spool.add(change);
  }

  /** A row that the source cannot take, named with the reason: check() and apply() throw then. */
  refuse(problem: string): void {
    if (++this.problemCount <= SHOWN_PROBLEMS) this.problems.push(problem);
  }

  /** Throws CARRY_BACK_VALUE (exit 10) for values and rows that the source cannot hold. */
  check(): void {
    if (this.problemCount > 0) throw this.badValues();
  }

  /**
   * Throws, with the file as it was, CARRY_BACK_VALUE as check() does, before the file is opened; CARRY_BACK_ROW when a row is not as the comparison saw it, or another row is in its way; and CARRY_BACK_FAILED for whatever else SQLite says. All
   * exit 10.
   */
  apply(file: string): ChangeCounts {
    this.check();
    if (this.size === 0) return NO_CHANGES;
    try {
      const db = openForWriting(file);
      try {
        return db
          .transaction(() => new ChangeApplier(db, this.targets).apply(this.spool.inOrder()))
          .immediate();
      } finally {
        db.close();
      }
    } catch (error) {
      throw failureOf(file, error);
    }
  }

  close(): void {
    this.spool.close();
  }

  private badValues(): WizardError {
    const more = this.problemCount > SHOWN_PROBLEMS ? `; and ${this.problemCount - SHOWN_PROBLEMS} more` : '';
    return new WizardError({
      code: 'CARRY_BACK_VALUE',
      message: `SQLite cannot hold what the application wrote: ${this.problems.join('; ')}${more}`,
      remedies: [
        'change them in PostgreSQL, then: ttm-wizard rollback',
        'ttm-wizard rollback --discard-target-writes goes back without anything that was written since the cutover',
      ],
      exitCode: EXIT.rollbackFailed,
    });
  }
}

/**
 * Lets SQLite take back what a killed process had half written: a connection that only reads cannot, and fails with
 * SQLITE_READONLY_ROLLBACK. To be called before a source is read that somebody may have been killed in writing. `emptiesWal` brings what
 * stands in its WAL into the file itself.
 */
export function settleSource(file: string, { emptiesWal = false } = {}): void {
  try {
    const db = openForWriting(file);
    try {
      db.prepare('SELECT count(*) FROM sqlite_master').get();
      if (emptiesWal) db.pragma('wal_checkpoint(TRUNCATE)');
    } finally {
      db.close();
    }
  } catch (error) {
    throw failureOf(file, error);
  }
}

function openForWriting(file: string): Database {
  const db = new Database(file, { fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
  // better-sqlite3 is compiled with foreign keys on: deleting a row would delete its children, or fail for an orphan of old.
  // With EXTRA the end of the journal is on the disk before anybody builds on it; in WAL mode better-sqlite3 would not even
  // wait for the commit to be there. The journal mode stays the application's.
  db.exec('PRAGMA foreign_keys = OFF; PRAGMA synchronous = EXTRA');
  return db;
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
