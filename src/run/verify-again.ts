// Compares source and target of the newest run once more; changes nothing on either side and nothing in the run's folder.
import { WizardError } from '../errors.js';
import { planNamed } from '../plans/index.js';
import { nameOfTarget, showTarget } from '../target/connect.js';
import { Execution, type RunIo } from './execution.js';
import { listRuns } from './folder.js';
import type { Step } from './step.js';

export interface VerifyOptions {
  readonly backupDir: string;
  readonly target: string;
  readonly jobs: number;
}

/** Resolves to 0 when all is equal, 6 when not. Throws NO_RUN (exit 2) when the folder holds no copied run of this target. */
export async function verifyAgain(
  { backupDir, target, jobs }: VerifyOptions,
  steps: readonly Step[],
  io: RunIo,
): Promise<number> {
  const name = nameOfTarget(target);
  const run = listRuns(backupDir).findLast(
    ({ state }) =>
      state.outcome !== 'rolled-back' &&
      'copy' in state.results &&
      state.target.host === name.host &&
      state.target.port === name.port &&
      state.target.database === name.database,
  );
  if (run === undefined) {
    throw new WizardError({
      code: 'NO_RUN',
      message: `${backupDir} holds no run that has copied anything to ${showTarget(name)}`,
      remedies: ['--backup-dir DIR names the folder of the run', 'ttm-wizard run … makes one'],
      exitCode: 2,
    });
  }
  const { plan, source, options } = run.state;
  const all = {
    ...options,
    plan: planNamed(plan),
    source,
    target,
    backupDir,
    jobs,
    resume: false,
    restart: false,
    dryRun: false,
  };
  return new Execution(all, steps, io, run, 'read-only').again();
}
