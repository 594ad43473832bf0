// Who holds a backup folder, or held it last: a note beside the lock. Apart from the lock, because `status` reads it without SQLite.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf } from '../errors.js';

/** Whether whoever held the folder last is no process of this machine any more; false where that is not known. */
export function isHolderGone(backupDir: string): boolean {
  const [, pid] = /^process (\d+) /.exec(readNote(noteOf(backupDir))) ?? [];
  if (pid === undefined) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return codeOf(error) === 'ESRCH';
  }
}

/** The file in a backup folder that names who works in it. */
export function noteOf(backupDir: string): string {
  return join(backupDir, '.ttm-wizard.holder');
}

/** What `file` says of the holder. */
export function readNote(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return 'its holder is not known';
  }
}
