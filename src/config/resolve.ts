// From settings to what a run is asked to do. Everything that is wrong is reported together, before any question.
import { resolve } from 'node:path';
import { planNamed } from '../plans/index.js';
import { modulesNamed } from '../plans/modules.js';
import { findCutover } from './cutover.js';
import { type CommandName, DEFAULT_JOBS, type OptionName } from './options.js';
import { Problems } from './problems.js';
import type { CutoverOptions, RunOptions } from './run-options.js';
import { takeAnswers } from './saved-answers.js';
import { type Flags, type Settings, readSettings } from './settings.js';
import { findTarget } from './target-url.js';

export interface Resolved {
  readonly settings: Settings;
  readonly options: Omit<RunOptions, 'target'>;
  /** Undefined when it has to be asked for. */
  readonly target: string | undefined;
  /** Warnings for the person. */
  readonly notices: readonly string[];
}

export interface RunRequest extends Resolved {
  /** Whether somebody sits at a terminal and wants to be asked. */
  readonly canAsk: boolean;
}

export interface RollbackRequest extends RunRequest {
  /** How the application is stopped and started, where the run does not know it. */
  readonly cutover: CutoverOptions;
  readonly discardTargetWrites: boolean;
}

const CUTOVER_OPTIONS: readonly OptionName[] = [
  'service',
  'stop-command',
  'start-command',
  'env-file',
  'health-url',
  'capture',
  'rename-source',
];
const NO_TARGET = 'no target is named, and nobody can be asked for it';
const TARGET_REMEDIES = [
  '--target postgresql://USER@HOST:5432/DATABASE, or the same in TTM_TARGET',
  'the password: in the URL in TTM_TARGET, PGPASSWORD, ~/.pgpass or --target-url-file FILE',
];

/** Throws one error (exit 2) with every problem; exit 9 when all that is missing are answers nobody can be asked for. */
export function resolveRun(flags: Flags, env: NodeJS.ProcessEnv, isTerminal: boolean): RunRequest {
  const problems = new Problems();
  const resolved = resolveWith('run', flags, env, problems);
  const { settings } = resolved;
  const canAsk = wantsToBeAsked(settings, isTerminal);
  if (settings.isOn('resume') && settings.isOn('restart'))
    problems.add('--resume and --restart exclude each other', ['one of the two']);
  const cutover = settings.isOn('no-cutover') ? undefined : findCutover(settings, problems);
  if (!canAsk) {
    if (!isTargetNamed(settings)) problems.addMissing(NO_TARGET, TARGET_REMEDIES);
    if (!settings.isOn('yes') && !settings.isOn('dry-run'))
      problems.addMissing('nobody can be asked whether to start', ['--yes starts without asking']);
  }
  problems.throwIfAny();
  const options = cutover === undefined ? resolved.options : { ...resolved.options, cutover };
  const unused = cutover === undefined ? CUTOVER_OPTIONS.filter((name) => settings.isGiven(name)) : [];
  if (unused.length === 0) return { ...resolved, options, canAsk };
  const notice = `${unused.map((name) => `--${name}`).join(', ')}: not used with --no-cutover`;
  return { ...resolved, notices: [...resolved.notices, notice], options, canAsk };
}

/** The same for a rollback. Whether it may begin is asked by the rollback itself, which knows what there is to say first. */
export function resolveRollback(flags: Flags, env: NodeJS.ProcessEnv, isTerminal: boolean): RollbackRequest {
  const problems = new Problems();
  const resolved = resolveWith('rollback', flags, env, problems);
  const { settings } = resolved;
  const canAsk = wantsToBeAsked(settings, isTerminal);
  const cutover = findCutover(settings, problems);
  if (!canAsk && !isTargetNamed(settings)) problems.addMissing(NO_TARGET, TARGET_REMEDIES);
  problems.throwIfAny();
  return { ...resolved, canAsk, cutover, discardTargetWrites: settings.isOn('discard-target-writes') };
}

/** The same for the commands that have nothing to ask but the target. */
export function resolveComparing(
  command: 'verify' | 'catch-up',
  flags: Flags,
  env: NodeJS.ProcessEnv,
  isTerminal: boolean,
): Resolved {
  const problems = new Problems();
  const resolved = resolveWith(command, flags, env, problems);
  const { settings } = resolved;
  if (!wantsToBeAsked(settings, isTerminal) && !isTargetNamed(settings))
    problems.addMissing(NO_TARGET, TARGET_REMEDIES);
  problems.throwIfAny();
  return resolved;
}

/** The same for the commands that need no target. */
export function resolveReading(
  command: 'status' | 'report' | 'doctor',
  flags: Flags,
  env: NodeJS.ProcessEnv,
): Resolved {
  const problems = new Problems();
  const resolved = resolveWith(command, flags, env, problems);
  problems.throwIfAny();
  return resolved;
}

function wantsToBeAsked(settings: Settings, isTerminal: boolean): boolean {
  return isTerminal && !settings.isOn('yes') && !settings.isOn('json');
}

function isTargetNamed(settings: Settings): boolean {
  return settings.origin('target') !== undefined || settings.origin('target-url-file') !== undefined;
}

function resolveWith(
  command: CommandName,
  flags: Flags,
  env: NodeJS.ProcessEnv,
  problems: Problems,
): Resolved {
  const settings = readSettings(command, flags, env, problems);
  const wanted = problems.attempt(() => planNamed(settings.text('plan') ?? 'tothemoon'));
  const plan = wanted ?? planNamed('tothemoon');
  const named = settings.list('with');
  // Of a plan that does not exist nobody can say which modules it has.
  if (wanted !== undefined) problems.attempt(() => modulesNamed(wanted, named));
  const fallBack = (name: 'source' | 'backup-dir', value: string): string => {
    const given = settings.text(name);
    if (given === undefined) settings.set(name, { value, origin: 'default' });
    return resolve(given ?? value);
  };
  const backupDir = fallBack('backup-dir', plan.defaultBackupDir);
  const remembered = takeAnswers(settings, command, backupDir, problems);
  const target = findTarget(settings, problems);
  const options = {
    plan,
    ...(settings.origin('with') === undefined ? {} : { modules: named }),
    source: fallBack('source', plan.defaultSource),
    backupDir,
    jobs: settings.origin('jobs') === undefined ? DEFAULT_JOBS : settings.count('jobs'),
    onBadValue: settings.choice('on-bad-value', ['stop', 'quarantine']),
    onDrift: settings.choice('on-drift', ['stop', 'carry', 'leave']),
    dump: !settings.isOn('no-dump'),
    resume: settings.isOn('resume'),
    restart: settings.isOn('restart'),
    dryRun: settings.isOn('dry-run'),
  };
  return { settings, options, target: target?.url, notices: [...remembered, ...(target?.notices ?? [])] };
}
