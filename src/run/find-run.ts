// Finds the run that a command without --source is about: the newest one of the backup folder that copied to the given target.
import type { RunOptions } from '../config/run-options.js';
import { WizardError } from '../errors.js';
import { planNamed } from '../plans/index.js';
import { nameOfTarget, showTarget } from '../target/connect.js';
import { type RunFolder, listRuns } from './folder.js';

/** What such a command is told. */
export interface RunQuery {
  readonly backupDir: string;
  readonly target: string;
  readonly jobs: number;
}

/** Throws NO_RUN (exit 2) when the folder holds no copied run of this target. */
export function findCopiedRun({ backupDir, target }: RunQuery): RunFolder {
  const name = nameOfTarget(target);
  const run = listRuns(backupDir).findLast(
    ({ state }) =>
      state.outcome !== 'rolled-back' &&
      'copy' in state.results &&
      state.target.host === name.host &&
      state.target.port === name.port &&
      state.target.database === name.database,
  );
  if (run !== undefined) return run;
  throw new WizardError({
    code: 'NO_RUN',
    message: `${backupDir} holds no run that has copied anything to ${showTarget(name)}`,
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
