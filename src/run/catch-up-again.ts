// Brings over what the application has written since, without switching it over. As often as wanted, while it is up.
import { WizardError } from '../errors.js';
import { loadCutover } from './cutover-state.js';
import { Execution, type RunIo } from './execution.js';
import { type RunQuery, findCopiedRun, optionsOfRun } from './find-run.js';
import { type RunFolder, removeUnfinished } from './folder.js';
import { lockFolder } from './lock.js';
import type { Step } from './step.js';

/**
 * Resolves to the exit code. Throws NO_RUN, NOT_VERIFIED or CUT_OVER (exit 2) when there is no run to catch up, LOCKED (exit 8).
 */
export async function catchUpAgain(query: RunQuery, step: Step, io: RunIo): Promise<number> {
  findCopiedRun(query);
  const lock = lockFolder(query.backupDir);
  try {
    removeUnfinished(query.backupDir);
    const run = findCopiedRun(query);
    const phase = loadCutover(run.path)?.phase;
    if (phase !== undefined && phase !== 'caught-up') throw cutOver(run, phase);
    if (!('verify' in run.state.results)) throw notVerified(run.state.run);
    const execution = new Execution(optionsOfRun(run, query), [step], io, run, 'resumed');
    return await execution.only(step, 'is brought up to date');
  } finally {
    lock.release();
  }
}

function notVerified(run: string): WizardError {
  return new WizardError({
    code: 'NOT_VERIFIED',
    message: `run ${run} has not been copied and verified to its end`,
    remedies: ['ttm-wizard run … --resume goes on with it'],
    exitCode: 2,
  });
}

function cutOver({ path, state: { run } }: RunFolder, phase: string): WizardError {
  const isDone = phase === 'done';
  const renamed = loadCutover(path)?.renamed;
  const place = renamed === undefined ? '' : `; the source is ${renamed.to}`;
  return new WizardError({
    code: 'CUT_OVER',
    message: isDone
      ? `run ${run} has been switched over: the application writes to the target now${place}`
      : `run ${run} is in the middle of being switched over or taken back (${phase})`,
    remedies: isDone
      ? ['ttm-wizard rollback takes it back']
      : ['ttm-wizard run … --resume goes on', 'ttm-wizard rollback takes it back'],
    exitCode: 2,
  });
}
