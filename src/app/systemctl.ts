// What systemd says of units, and calls of systemctl that never ask anything. Knows nothing of cutovers.
import { showValue } from '../codec/problem.js';
import { WizardError } from '../errors.js';
import { type ChildEnd, runChild } from './child.js';

export interface UnitState {
  readonly unit: string;
  /** `loaded`, `not-found`, `masked`, … */
  readonly load: string;
  /** `active`, `inactive`, `failed`, `activating`, `deactivating`, … */
  readonly active: string;
  /** The finer state, such as `running` or `auto-restart`. */
  readonly sub: string;
  /** Automatic restarts since somebody last started it. */
  readonly restarts: number;
}

const SHOW_TIMEOUT_MS = 10_000;

/** One call of systemctl on units. It may not ask for a password: nobody would see the question. */
export function systemctl(
  verb: string,
  units: readonly string[],
  timeoutMs: number,
  flags: readonly string[] = [],
): Promise<ChildEnd> {
  const quiet = ['--no-ask-password', '--no-pager'];
  return runChild('systemctl', [...quiet, ...flags, verb, '--', ...units], { timeoutMs });
}

/** The states of units, in their order. Throws SYSTEMD_UNAVAILABLE (exit 2) where systemd does not run or does not answer. */
export async function unitStates(units: readonly string[]): Promise<readonly UnitState[]> {
  const states: UnitState[] = [];
  for (const unit of units) {
    const state = await askState(unit);
    if ('active' in state) states.push(state);
    else throw unavailable(state);
  }
  return states;
}

/** Those of the units that systemd has loaded from a file; none where there is no systemd. */
export async function loadedUnits(units: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const unit of units) {
    const state = await askState(unit);
    if ('active' in state && state.load === 'loaded') found.push(unit);
  }
  return found;
}

/** Unit by unit, because an alias answers by another name and a name that is no unit at all with nothing. */
async function askState(unit: string): Promise<UnitState | ChildEnd> {
  const properties = '--property=LoadState,ActiveState,SubState,NRestarts';
  const end = await systemctl('show', [unit], SHOW_TIMEOUT_MS, [properties]);
  const valueOf = (key: string): string => new RegExp(`^${key}=(.*)$`, 'm').exec(end.stdout)?.[1] ?? '';
  if (end.exitCode !== 0) return end;
  return {
    unit,
    load: valueOf('LoadState') || 'not-found',
    active: valueOf('ActiveState'),
    sub: valueOf('SubState'),
    restarts: Number(valueOf('NRestarts')),
  };
}

function unavailable(end: ChildEnd): WizardError {
  const why = end.startError === 'ENOENT' ? ['there is no systemctl'] : lastWords(end);
  return new WizardError({
    code: 'SYSTEMD_UNAVAILABLE',
    message: `systemd does not answer on this machine: ${why.join('; ')}`,
    remedies: ['--stop-command CMD --start-command CMD    instead of units'],
    exitCode: 2,
  });
}

/** How a call ended, if not well, and the last lines it wrote to standard error, safe to show. */
export function lastWords(end: ChildEnd): string[] {
  const ending = end.isTimedOut ? ['systemctl has not ended in time'] : [];
  return [...ending, ...lastLines(end.stderr)];
}

const LINES = 5;
const LINE_LENGTH = 200;

/** The last five lines that hold anything, shortened, control characters escaped. */
export function lastLines(text: string): string[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  return lines.slice(-LINES).map((line) => showValue(line, LINE_LENGTH));
}
