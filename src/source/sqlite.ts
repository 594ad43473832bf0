// Opens SQLite files so that nothing is changed by mistake: read-only, integers exact, and a wait for writers instead of an error.
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { WizardError, codeOf, messageOf } from '../errors.js';
import { Database } from './sqlite-driver.js';

/** How long a read waits for a writer of the application, in milliseconds. */
const BUSY_TIMEOUT_MS = 10_000;

/**
 * A read-only connection. Throws SOURCE_NOT_FOUND, SOURCE_NOT_A_DATABASE, SOURCE_EMPTY or SOURCE_UNREADABLE (exit 4).
 */
export function openSource(path: string): Database {
  checkFile(path);
  try {
    const db = new Database(path, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    db.defaultSafeIntegers(true);
    db.prepare('SELECT count(*) FROM sqlite_master').get();
    return db;
  } catch (error) {
    throw sourceError(path, error);
  }
}

/** By its name only: closing a descriptor of our own would drop the locks that this process holds on the file through SQLite. */
function checkFile(path: string): void {
  let size: number;
  try {
    const stat = statSync(path);
    if (!stat.isFile()) throw failure('SOURCE_UNREADABLE', `${path} is not a file`, ['--source FILE']);
    size = stat.size;
  } catch (error) {
    if (codeOf(error) === 'ENOENT')
      throw failure('SOURCE_NOT_FOUND', `there is no file ${path}`, ['--source FILE'], error);
    if (error instanceof WizardError) throw error;
    throw sourceError(path, error);
  }
  if (size === 0)
    throw failure('SOURCE_EMPTY', `${path} has no content`, [
      '--source FILE names the file the application uses',
    ]);
}

/** The error of exit 4 for whatever SQLite or the file system said. */
export function sourceError(path: string, error: unknown): WizardError {
  if (error instanceof WizardError) return error;
  const beside = besideTheFile(path, codeOf(error) ?? '');
  if (beside !== undefined)
    return failure('SOURCE_UNREADABLE', `${path} cannot be read: ${beside.why}`, beside.remedies, error);
  const remedies: Readonly<Record<string, string>> = {
    EACCES: `sudo -u OWNER npx ttm-wizard …, or read rights on ${path}`,
    SQLITE_CANTOPEN: `read rights on ${path} and its folder`,
    SQLITE_CORRUPT: `sqlite3 ${path} .recover > recovered.sql saves what is readable`,
    SQLITE_NOTADB:
      'an encrypted file (SQLCipher) must be decrypted to a copy first; any other file is not the right one',
    SQLITE_BUSY: 'a writer holds the file for longer than 10 s: stop it, or try again',
  };
  const remedy =
    remedies[codeOf(error) ?? ''] ??
    (/function|collation/.test(messageOf(error)) ? OF_THE_APPLICATION : undefined);
  return failure(
    'SOURCE_UNREADABLE',
    `${path} cannot be read: ${messageOf(error)}`,
    remedy === undefined ? [] : [remedy],
    error,
  );
}

const OF_THE_APPLICATION =
  '--on-drift leave leaves a column or table behind that needs what only the application defines';
const AS_ROOT = 'sudo --preserve-env=TTM_TARGET,PGPASSWORD npx ttm-wizard …';

/** What SQLite needs besides the file itself and cannot have: its own words name the file, whatever it was that it missed. */
function besideTheFile(
  path: string,
  code: string,
): { readonly why: string; readonly remedies: readonly string[] } | undefined {
  if (code === 'SQLITE_READONLY_ROLLBACK') {
    return {
      why: `${path}-journal is of a write that was interrupted, and has to be rolled back first`,
      remedies: [
        `sqlite3 ${path} 'SELECT count(*) FROM sqlite_master'    rolls it back, as the application does when it starts`,
      ],
    };
  }
  if (!/^SQLITE_(?:CANTOPEN|READONLY)/.test(code) || !isAllowed(path, constants.R_OK)) return undefined;
  const closed = ['-wal', '-shm', '-journal']
    .map((suffix) => path + suffix)
    .find((file) => existsSync(file) && !isAllowed(file, constants.R_OK));
  if (closed !== undefined)
    return { why: `this user may not read ${closed}`, remedies: [AS_ROOT, `read rights on ${closed}`] };
  if (isAllowed(dirname(path), constants.W_OK)) return undefined;
  return {
    why: `it is in WAL mode and no process has it open, so ${path}-shm has to be made, and this user may not write to ${dirname(path)}`,
    remedies: [AS_ROOT, 'start the application: while it has the file open, read rights are enough'],
  };
}

function isAllowed(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

function failure(code: string, message: string, remedies: readonly string[], cause?: unknown): WizardError {
  return new WizardError({ code, message, remedies, exitCode: 4, cause });
}
