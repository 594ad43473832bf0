// Finds a run again from what it wrote down: the view of the last run in a backup folder, even while it goes on.
import { EXIT, WizardError, codeOf, messageOf } from '../errors.js';
import { type RunFolder, listRuns, readEvents } from '../run/folder.js';
import { EMPTY_VIEW, type RunView, reduce } from '../view.js';

/** The newest run in `backupDir`, or undefined when there has been none. Throws BACKUP_DIR (exit 2). */
export function lastRun(backupDir: string): RunFolder | undefined {
  try {
    return listRuns(backupDir).at(-1);
  } catch (error) {
    const code = codeOf(error);
    if (code !== 'ENOTDIR' && code !== 'EACCES') throw error;
    throw new WizardError({
      code: 'BACKUP_DIR',
      message: `the backup folder ${backupDir} cannot be read: ${messageOf(error)}`,
      remedies: ['--backup-dir DIR names the backup folder, and its owner may read it'],
      exitCode: EXIT.usage,
      cause: error,
    });
  }
}

/** The view that the events of a run so far make. */
export function viewOf(folder: string): RunView {
  return readEvents(folder).reduce(reduce, EMPTY_VIEW);
}
