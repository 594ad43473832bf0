// ttm-wizard rollback: takes the newest run of a target back, from wherever it is.
import type { CutoverOptions } from '../config/run-options.js';
import { WizardError } from '../errors.js';
import { nameOfTarget, showTarget } from '../target/connect.js';
import { Execution, type RunIo } from './execution.js';
import { type RunQuery, findNewestRun, optionsOfRun } from './find-run.js';
import { type RunFolder, removeUnfinished } from './folder.js';
import { lockFolder } from './lock.js';
import type { Step } from './step.js';

export interface RollBackQuery extends RunQuery {
  /** How the application is stopped and started, where the run has not kept it. */
  readonly cutover: CutoverOptions;
  readonly discardTargetWrites: boolean;
}

/** Resolves to the exit code: 0 when all is as before the run, 10 when a file says what is left. Throws NO_RUN (2), LOCKED (8). */
export async function rollBack(query: RollBackQuery, steps: readonly Step[], io: RunIo): Promise<number> {
  findRun(query);
  const lock = lockFolder(query.backupDir);
  try {
    removeUnfinished(query.backupDir);
    const run = findRun(query);
    const { cutover, discardTargetWrites } = query;
    const options = { ...optionsOfRun(run, query), cutover, discardTargetWrites };
    return await new Execution(options, steps, io, run, 'resumed').rollBack();
  } finally {
    lock.release();
  }
}

function findRun({ backupDir, target }: RunQuery): RunFolder {
  // Before its backup was complete a run has made nothing in the target: such a one is taken back only when there is no other.
  const run =
    findNewestRun({ backupDir, target }, ({ results }) => 'backup' in results) ??
    findNewestRun({ backupDir, target }, ({ results }) => 'preflight' in results);
  if (run !== undefined) return run;
  throw new WizardError({
    code: 'NO_RUN',
    message: `${backupDir} holds no run to ${showTarget(nameOfTarget(target))} that could be taken back`,
    remedies: ['--backup-dir DIR names the folder of the run'],
    exitCode: 2,
  });
}
