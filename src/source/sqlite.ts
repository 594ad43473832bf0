// Opens SQLite files so that nothing is changed by mistake: read-only, integers exact, and a wait for writers instead of an error.
import { statSync } from 'node:fs';
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
  const remedies: Readonly<Record<string, string>> = {
    EACCES: `sudo -u OWNER npx ttm-wizard …, or read rights on ${path}`,
    SQLITE_CANTOPEN: `read rights on ${path} and its folder`,
    SQLITE_CORRUPT: `sqlite3 ${path} .recover > recovered.sql saves what is readable`,
    SQLITE_NOTADB:
      'an encrypted file (SQLCipher) must be decrypted to a copy first; any other file is not the right one',
    SQLITE_BUSY: 'a writer holds the file for longer than 10 s: stop it, or try again',
  };
  const remedy = remedies[codeOf(error) ?? ''];
  return failure(
    'SOURCE_UNREADABLE',
    `${path} cannot be read: ${messageOf(error)}`,
    remedy === undefined ? [] : [remedy],
    error,
  );
}

function failure(code: string, message: string, remedies: readonly string[], cause?: unknown): WizardError {
  return new WizardError({ code, message, remedies, exitCode: 4, cause });
}
