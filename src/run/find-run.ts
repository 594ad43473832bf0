// Finds the run that a command is about: the newest one of the backup folder to the given target.
import type { RunOptions } from '../config/run-options.js';
import { WizardError } from '../errors.js';
import { planNamed } from '../plans/index.js';
import { isSameTarget, nameOfTarget, showTarget } from '../target/connect.js';
import { type RunFolder, type RunState, listRuns } from './folder.js';

/** What such a command is told. */
export interface RunQuery {
  readonly backupDir: string;
  readonly target: string;
  readonly jobs: number;
}

/** The newest run to this target that was not taken back and is wanted; by whatever user and password the target is reached. */
export function findNewestRun(
  { backupDir, target }: Pick<RunQuery, 'backupDir' | 'target'>,
  isWanted: (state: RunState) => boolean = () => true,
): RunFolder | undefined {
  const wanted = nameOfTarget(target);
  return listRuns(backupDir).findLast(
    ({ state }) => state.outcome !== 'rolled-back' && isSameTarget(state.target, wanted) && isWanted(state),
  );
}

/** Throws NO_RUN (exit 2) when the folder holds no copied run of this target. */
export function findCopiedRun({ backupDir, target }: RunQuery): RunFolder {
  const run = findNewestRun({ backupDir, target }, ({ results }) => 'copy' in results);
  if (run !== undefined) return run;
  throw new WizardError({
    code: 'NO_RUN',
    message: `${backupDir} holds no run that has copied anything to ${showTarget(nameOfTarget(target))}`,
    remedies: ['--backup-dir DIR names the folder of the run', 'ttm-wizard run … makes one'],
    exitCode: 2,
  });
}

/** The options of the run, as far as they are kept, with those of the command. */
export function optionsOfRun({ state }: RunFolder, query: RunQuery): RunOptions {
  const { plan, source, options } = state;
  const flags = { resume: false, restart: false, dryRun: false };
  return { ...options, ...query, ...flags, plan: planNamed(plan), source };
}
