// Whether another run has taken the application off this source to another target: then the file stands still, and whoever moves it
// a second time moves old rows.
import { realPathOf } from '../app/env-place.js';
import type { RunOptions } from '../config/run-options.js';
import { isSameTarget, nameOfTarget } from '../target/connect.js';
import { loadCutover } from './cutover-state.js';
import { type RunState, listRuns } from './folder.js';

/**
 * The newest run of the backup folder, other than `run`, that has switched the application from the same file over to another target
 * or is in the middle of it. Throws CUTOVER_UNREADABLE (exit 10).
 */
export function runElsewhere(
  { source, target, backupDir }: Pick<RunOptions, 'source' | 'target' | 'backupDir'>,
  run: string,
): RunState | undefined {
  const mine = realPath(source);
  const wanted = nameOfTarget(target);
  return listRuns(backupDir).findLast(({ path, state }) => {
    if (state.run === run || state.outcome === 'rolled-back' || isSameTarget(state.target, wanted))
      return false;
    const cutover = loadCutover(path);
    if (cutover === undefined || cutover.phase === 'caught-up') return false;
    const { renamed } = cutover;
    return [state.source, renamed?.from, renamed?.to].some(
      (one) => one !== undefined && realPath(one) === mine,
    );
  })?.state;
}

/** Also of a source that is not there any more under this name. */
function realPath(path: string): string {
  try {
    return realPathOf(path);
  } catch {
    return path;
  }
}
