// Decides which run this is: a new one, one to go on with, one to take back first, or a dry run; and holds the folder's lock.
import { resolve } from 'node:path';
import { realPathOf } from '../app/env-place.js';
import type { RunOptions } from '../config/run-options.js';
import { WizardError, messageOf } from '../errors.js';
import { modulesNamed } from '../plans/modules.js';
import { nameOfTarget } from '../target/connect.js';
import { makeFolder } from '../tools/make-folder.js';
import { isSwitching } from './cutover-state.js';
import { Execution, type RunIo } from './execution.js';
import { findNewestRun } from './find-run.js';
import {
  type RunFolder,
  type RunState,
  createRunFolder,
  newRunId,
  removeFailedPreflights,
  removeUnfinished,
} from './folder.js';
import { lockFolder } from './lock.js';
import type { Step } from './step.js';

export type { RunIo } from './execution.js';

/** Resolves to the exit code. Throws WizardError when no run could be begun (folder, lock, usage). */
export async function runMigration(options: RunOptions, steps: readonly Step[], io: RunIo): Promise<number> {
  const planned = steps.filter(
    ({ name }) => (name !== 'dump' || options.dump) && (name !== 'cutover' || options.cutover !== undefined),
  );
  if (options.dryRun)
    return new Execution(options, planned, io, { path: '', state: newState(options) }, 'read-only').dryRun();
  prepareFolder(options.backupDir);
  const lock = lockFolder(options.backupDir);
  try {
    removeUnfinished(options.backupDir);
    const earlier = findEarlier(options);
    if (earlier !== undefined) checkNotSwitched(earlier, options);
    // One whose rollback was killed while it dropped the target can only be taken back: its ledger may be gone.
    if (earlier !== undefined && (options.restart || earlier.state.outcome === 'taking-back')) {
      const old = new Execution(asBegun(earlier.state, options), steps, io, earlier, 'resumed');
      await old.takeBack();
    } else if (earlier !== undefined) {
      checkSameChoices(earlier.state, options);
      return await new Execution(asBegun(earlier.state, options), planned, io, earlier, 'resumed').execute();
    }
    removeFailedPreflights(options.backupDir);
    const folder = createRunFolder(options.backupDir, newState(options));
    return await new Execution(options, planned, io, folder, 'new').execute();
  } finally {
    lock.release();
  }
}

function prepareFolder(backupDir: string): void {
  try {
    makeFolder(backupDir, 0o700);
  } catch (error) {
    throw new WizardError({
      code: 'BACKUP_DIR',
      message: `the backup folder ${backupDir} cannot be made: ${messageOf(error)}`,
      remedies: ['--backup-dir DIR names a folder that this user may write to'],
      exitCode: 2,
      cause: error,
    });
  }
}

function newState(options: RunOptions): RunState {
  const now = new Date();
  const { onBadValue, onDrift, dump, modules = [] } = options;
  return {
    v: 1,
    run: newRunId(now),
    plan: options.plan.name,
    source: realSource(options.source),
    target: nameOfTarget(options.target),
    startedAt: now.toISOString(),
    options: {
      onBadValue,
      onDrift,
      dump,
      modules: modulesNamed(options.plan, modules).map(({ name }) => name),
    },
    results: {},
    outcome: 'running',
  };
}

/** Also of a source that a switch-over has given another name. */
function realSource(path: string): string {
  try {
    return realPathOf(path);
  } catch {
    return resolve(path);
  }
}

/** The newest run of the same source, target and plan that got past preflight and was not taken back. */
export function findEarlier(
  options: Pick<RunOptions, 'source' | 'target' | 'backupDir' | 'plan'>,
): RunFolder | undefined {
  const source = realSource(options.source);
  return findNewestRun(
    options,
    (state) => state.plan === options.plan.name && state.source === source && 'preflight' in state.results,
  );
}

/** What would drop the tables of an application that runs on them, or leave it stopped. */
function checkNotSwitched({ path, state }: RunFolder, options: RunOptions): void {
  if (!isSwitching(path) || (!options.restart && options.cutover !== undefined)) return;
  throw new WizardError({
    code: 'CUT_OVER',
    message: `run ${state.run} has switched the application over, or is in the middle of it`,
    remedies: [
      'ttm-wizard rollback takes it back',
      'the same command without --restart and --no-cutover goes on',
    ],
    exitCode: 2,
  });
}

/** With the modules that the run was begun with: its preflight has looked for the rights that they need. */
function asBegun({ options: { modules = [] } }: RunState, options: RunOptions): RunOptions {
  return { ...options, modules };
}

function checkSameChoices(state: RunState, options: RunOptions): void {
  checkSameModules(state, options);
  if (!('schema' in state.results) || state.options.onDrift === options.onDrift) return;
  throw new WizardError({
    code: 'OTHER_OPTIONS',
    message: `run ${state.run} was begun with --on-drift ${state.options.onDrift} and its tables are made for that`,
    remedies: [
      `--on-drift ${state.options.onDrift} goes on with it`,
      '--restart drops what it made and begins anew',
    ],
    exitCode: 2,
  });
}

function checkSameModules(
  { run, options: { modules: begun = [] } }: RunState,
  { plan, modules }: RunOptions,
): void {
  if (modules === undefined) return;
  const wanted = modulesNamed(plan, modules).map(({ name }) => name);
  if (wanted.join() === begun.join()) return;
  const flags = begun.map((name) => ` --with ${name}`).join('');
  throw new WizardError({
    code: 'OTHER_OPTIONS',
    message: `run ${run} was begun ${begun.length === 0 ? 'without modules' : `with ${begun.join(' and ')}`}, not with ${wanted.join(' and ')}`,
    remedies: [
      `the same command ${flags === '' ? 'without --with' : `with${flags}, or without --with,`} goes on with it`,
      '--restart drops what it made and begins anew',
    ],
    exitCode: 2,
  });
}
