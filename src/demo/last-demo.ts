// What the last demo has left: how far its run came, as its own files tell it.
import { loadCutover } from '../run/cutover-state.js';
import { type RunFolder, listRuns } from '../run/folder.js';

export type LastDemo =
  | { readonly kind: 'none' }
  | {
      /**
       * - moved: the application runs on PostgreSQL.
       * - unfinished: it was stopped, killed or has failed; the same run goes on. `isSwitching` when it holds the application.
       * - going-back: a rollback was begun, and not finished.
       * - taken-back: the application runs on SQLite, and the target is empty.
       */
      readonly kind: 'moved' | 'unfinished' | 'going-back' | 'taken-back';
      readonly isSwitching: boolean;
      readonly run: RunFolder;
    };

/** Of the newest run in `backupDir`. */
export function findLastDemo(backupDir: string): LastDemo {
  const run = listRuns(backupDir).at(-1);
  if (run === undefined) return { kind: 'none' };
  const cutover = loadCutover(run.path);
  const isSwitching = cutover !== undefined && cutover.phase !== 'caught-up';
  const found = (kind: Exclude<LastDemo['kind'], 'none'>): LastDemo => ({ kind, isSwitching, run });
  if (run.state.outcome === 'rolled-back') return found('taken-back');
  if ('cutover' in run.state.results) return found(cutover?.phase === 'done' ? 'moved' : 'going-back');
  const isGoingBack = cutover?.phase === 'carrying' && cutover.reason === 'rollback';
  return found(isGoingBack ? 'going-back' : 'unfinished');
}

/** How long a run that has switched over kept the application down, in milliseconds. */
export function readDowntime({ path }: RunFolder): number | undefined {
  const { stoppedAt, answeredAt } = loadCutover(path) ?? {};
  if (stoppedAt === undefined || answeredAt === undefined) return undefined;
  return Date.parse(answeredAt) - Date.parse(stoppedAt);
}
