// Finds a run again from what it wrote down: the view of the last run in a backup folder, even while it goes on.
import { type RunFolder, listRuns, readEvents } from '../run/folder.js';
import { reduce } from '../reduce.js';
import { EMPTY_VIEW, type RunView } from '../view.js';

/** The newest run in `backupDir`, or undefined when there has been none. Throws BACKUP_DIR (exit 2). */
export function lastRun(backupDir: string): RunFolder | undefined {
  return listRuns(backupDir).at(-1);
}

/** The view that the events of a run so far make. */
export function viewOf(folder: string): RunView {
  return readEvents(folder).reduce(reduce, EMPTY_VIEW);
}
