// A disk that is full, or has become read-only, is no bug: what is in the target counts, and the run goes on when there is room. Nor is a
// folder that is gone while it is used: it was removed, or something else is mounted over it.
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { EXIT, WizardError, codeOf, messageOf } from '../errors.js';

const DISK_CODES: readonly string[] = ['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'SQLITE_FULL'];
/** What the system and SQLite say of a file whose folder is not there, and of other things too. */
const GONE_CODES: readonly string[] = ['ENOENT', 'SQLITE_CANTOPEN'];

/**
 * The error for a failed write to `path`: BACKUP_DISK (exit 75) when the disk is why, BACKUP_DIR (exit 2) when its folder is not there any
 * more, otherwise `error` as it is.
 */
export function writeError(path: string, error: unknown): unknown {
  if (GONE_CODES.includes(codeOf(error) ?? '') && !existsSync(dirname(path))) return folderGone(path, error);
  if (!DISK_CODES.includes(codeOf(error) ?? '')) return error;
  return new WizardError({
    code: 'BACKUP_DISK',
    message: `${path} cannot be written: ${messageOf(error)}`,
    remedies:
      codeOf(error) === 'EROFS'
        ? [
            `findmnt -T ${dirname(path)}    shows how it is mounted`,
            'mount it writable, then the same command goes on where it was',
          ]
        : [
            `df -h ${dirname(path)}    shows how much room there is`,
            'make room, then the same command goes on where it was',
          ],
    exitCode: EXIT.stoppedEarly,
    cause: error,
  });
}

function folderGone(path: string, cause: unknown): WizardError {
  const folder = dirname(path);
  return new WizardError({
    code: 'BACKUP_DIR',
    message: `the folder ${folder} is not there any more: ${messageOf(cause)}`,
    remedies: [
      `ls -la ${dirname(folder)}; findmnt -T ${folder}    show what is there now, and whether it is mounted`,
      'bring it back, or undo the mount; then the same command goes on',
      'where it is lost: --backup-dir DIR names another folder, and --target an empty database, to begin anew',
    ],
    exitCode: EXIT.usage,
    cause,
  });
}

/** Runs `work`, which writes to `path`. */
export function writing<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw writeError(path, error);
  }
}

/** Whether there is too little room, before anything was begun or in the middle. */
export function isDiskError({ code }: WizardError): boolean {
  return code === 'BACKUP_DISK' || code === 'ROLLBACK_DISK';
}

/** The error for a report that cannot be written when all else is done. */
export function noReport(folder: string, cause: unknown): WizardError {
  return new WizardError({
    code: 'NO_REPORT',
    message: `all is done, but the report cannot be written: ${messageOf(cause)}`,
    remedies: [
      `df -h ${folder}    shows how much room there is`,
      'ttm-wizard report    shows it, from the events of the run',
    ],
    exitCode: EXIT.stoppedEarly,
    cause,
  });
}
