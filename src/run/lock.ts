// One run at a time: in a backup folder through a lock that the kernel gives back when its holder dies, however it dies, and
// in a target through an advisory lock.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { EXIT, WizardError, codeOf, messageOf } from '../errors.js';
import { Database } from '../source/sqlite-driver.js';
import { loadSql } from '../target/sql.js';
import { noteOf, readNote } from './holder.js';
import { writeError, writing } from './write-error.js';

/** What a folder or a lock of somebody else, or one that nobody may change, says. */
const NOT_ALLOWED = /^(EACCES|EPERM|SQLITE_(CANTOPEN|PERM|READONLY).*)$/;

/**
 * Holds the backup folder until `release`. Throws LOCKED (exit 8), naming the holder and since when, and BACKUP_DIR (exit 2) where this
 * user may not write.
 */
export function lockFolder(backupDir: string): { release(): void } {
  try {
    return holdFolder(backupDir);
  } catch (error) {
    if (!NOT_ALLOWED.test(codeOf(error) ?? '')) throw error;
    throw new WizardError({
      code: 'BACKUP_DIR',
      message: `the backup folder ${backupDir} cannot be used: ${messageOf(error)}`,
      remedies: [
        `ls -la ${backupDir}    shows who may write to it; that user runs it, or sudo`,
        '--backup-dir DIR names a folder that this user may write to',
      ],
      exitCode: EXIT.usage,
      cause: error,
    });
  }
}

function holdFolder(backupDir: string): { release(): void } {
  const note = noteOf(backupDir);
  // SQLite's file lock is the one kind of lock that Node can reach and that ends with the process.
  const file = join(backupDir, '.ttm-wizard.lock');
  // SQLite would make it readable by everybody, and whoever can read it can hold it.
  if (!existsSync(file)) writing(file, () => writeFileSync(file, '', { mode: 0o600 }));
  const lock = new Database(file, { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (codeOf(error) !== 'SQLITE_BUSY') throw writeError(file, error);
    throw new WizardError({
      code: 'LOCKED',
      message: `another run holds ${backupDir}: ${readNote(note)}`,
      remedies: [`ttm-wizard status --backup-dir ${backupDir} --watch    follows it`],
      exitCode: EXIT.locked,
      cause: error,
    });
  }
  const holder = `process ${process.pid} since ${new Date().toISOString()}\n`;
  try {
    writing(note, () => writeFileSync(note, holder, { mode: 0o600 }));
  } catch (error) {
    lock.close();
    throw error;
  }
  return {
    release: () => {
      lock.exec('ROLLBACK');
      lock.close();
    },
  };
}

const LOCK_WAIT_MS = 15_000;

/**
 * Takes the target for this run until the connection ends. What a killed process of the same run left behind on the server is
 * ended first. Throws TARGET_LOCKED (exit 8), naming who holds it.
 */
export async function lockTarget(client: pg.Client, applicationName: string): Promise<void> {
  await client.query(loadSql('ledger/end_leftovers.sql'), [applicationName]);
  const deadline = Date.now() + LOCK_WAIT_MS;
  for (;;) {
    const { rows } = await client.query<{ locked: string }>(
      `SELECT pg_try_advisory_lock(hashtext('ttm_wizard'))::text AS locked`,
    );
    if (rows[0]?.locked === 'true') break;
    if (Date.now() > deadline) throw await lockedBy(client);
    await sleep(200);
  }
  // The leftovers hold locks until they have rolled back; copying must not begin before.
  for (;;) {
    const { rowCount } = await client.query(
      'SELECT 1 FROM pg_stat_activity WHERE application_name = $1 AND pid <> pg_backend_pid()',
      [applicationName],
    );
    if (rowCount === 0 || Date.now() > deadline) return;
    await sleep(100);
  }
}

async function lockedBy(client: pg.Client): Promise<WizardError> {
  const { rows } = await client.query<{ holder: string }>(loadSql('ledger/lock_holder.sql'));
  return new WizardError({
    code: 'TARGET_LOCKED',
    message: `another run works on this target: ${rows[0]?.holder ?? 'its holder is not known'}`,
    remedies: ['wait for it, or end it with Ctrl-C where it runs'],
    exitCode: EXIT.locked,
  });
}
