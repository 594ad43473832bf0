// Stops and starts the application's services: through systemd, by commands of the admin, or by asking the admin to do it.
// stop and start may be called again at any time; a resumed cutover does. Whether the file is free and the application answers
// is asked elsewhere (quiet-file.ts, probe.ts): what a service manager says is not proof of either.
import { setTimeout as sleep } from 'node:timers/promises';
import { WizardError } from '../errors.js';
import type { ChildEnd } from './child.js';
import { type UnitState, lastWords, loadedUnits, systemctl, unitStates } from './systemctl.js';

export interface Services {
  /** What will be stopped and started, in a few words. */
  readonly describe: string;
  /** How it is stopped, as the end of a sentence that begins with "stopping the application". */
  readonly howStopped: string;
  /** Resolves when all are down. Throws SERVICES_STOP (exit 7), or exit 2 before anything was done. */
  stop(): Promise<void>;
  /** Resolves when all are up and stay up. Throws SERVICES_START (exit 7), or exit 2 before anything was done. */
  start(): Promise<void>;
  /** Units that are not down; none where only commands are known. */
  running(): Promise<readonly string[]>;
}

export interface SystemdOptions {
  /** For one call of systemctl; a unit alone may take TimeoutStopSec to stop, which is 90 s unless set. */
  readonly callTimeoutMs?: number;
  /** How long units may take to reach their state after the call. */
  readonly stateTimeoutMs?: number;
  /** How long units must stay up to count as started. */
  readonly settleMs?: number;
  readonly pollMs?: number;
}

/** Units of systemd. Throws RangeError for an empty list, and UNIT_UNKNOWN (exit 2) from each call for a unit that does not exist. */
export function systemdServices(units: readonly string[], options: SystemdOptions = {}): Services {
  if (units.length === 0) throw new RangeError('services without a unit');
  const { callTimeoutMs = 120_000, stateTimeoutMs = 60_000, settleMs = 1000, pollMs = 250 } = options;

  async function stop(): Promise<void> {
    await requireUnits(units);
    const call = await systemctl('stop', units, callTimeoutMs);
    // The states decide: a call that failed, or was cut short, may have stopped all of them.
    const deadline = performance.now() + (call.exitCode === 0 ? stateTimeoutMs : 0);
    for (;;) {
      const left = (await unitStates(units)).filter((state) => !isDown(state));
      if (left.length === 0) return;
      if (performance.now() >= deadline) throw unitError('stop', left, call);
      await sleep(pollMs);
    }
  }

  async function start(): Promise<void> {
    await requireUnits(units);
    // After a crash loop systemd refuses every start, the one that takes a cutover back too, until the count is reset.
    await systemctl('reset-failed', units, callTimeoutMs);
    const before = await unitStates(units);
    const call = await systemctl('start', units, callTimeoutMs);
    const check = async (): Promise<readonly UnitState[]> => {
      const states = await unitStates(units);
      const broken = states.filter((state, index) => hasFallen(state, before[index]?.restarts ?? 0));
      if (broken.length > 0) throw unitError('start', broken, call);
      return states.filter((state) => !isUp(state));
    };
    if (call.exitCode !== 0) {
      const waiting = await check();
      throw unitError('start', waiting.length === 0 ? await unitStates(units) : waiting, call);
    }
    const deadline = performance.now() + stateTimeoutMs;
    for (let waiting = await check(); waiting.length > 0; waiting = await check()) {
      if (performance.now() >= deadline) throw unitError('start', waiting, call);
      await sleep(pollMs);
    }
    const settled = performance.now() + settleMs;
    while (performance.now() < settled) {
      await sleep(Math.min(pollMs, settleMs));
      const fallen = await check();
      if (fallen.length > 0) throw unitError('start', fallen, call);
    }
  }

  return {
    describe: `systemd units ${units.join(', ')}`,
    howStopped: `by systemctl stop ${units.join(' ')}`,
    stop,
    start,
    running: async () => {
      const states = await unitStates(units);
      return states.filter((state) => !isDown(state)).map(({ unit }) => unit);
    },
  };
}

/** Which of the plan's units exist on this machine; none where there is no systemd. */
export async function findUnits(candidates: readonly string[]): Promise<readonly string[]> {
  return loadedUnits(candidates);
}

/** Asks the admin to do it; resolves when the answer says that it is done. */
export function manualServices(ask: (what: 'stop' | 'start') => Promise<void>): Services {
  return {
    describe: 'services that you stop and start yourself when asked to',
    howStopped: 'by asking you to stop its services',
    stop: () => ask('stop'),
    start: () => ask('start'),
    running: () => Promise.resolve([]),
  };
}

function isDown({ active }: UnitState): boolean {
  return active === 'inactive' || active === 'failed';
}

function isUp({ active }: UnitState): boolean {
  return active === 'active' || active === 'reloading';
}

/** Down after its start, or brought up again by systemd at least once: with Restart=always a broken service looks active in between. */
function hasFallen(state: UnitState, restartsBefore: number): boolean {
  return isDown(state) || state.sub.startsWith('auto-restart') || state.restarts > restartsBefore;
}

async function requireUnits(units: readonly string[]): Promise<void> {
  const unknown = (await unitStates(units)).filter(({ load }) => load !== 'loaded');
  if (unknown.length === 0) return;
  throw new WizardError({
    code: 'UNIT_UNKNOWN',
    message: unknown
      .map(({ unit, load }) =>
        load === 'not-found' ? `there is no unit ${unit}` : `unit ${unit} is ${load}`,
      )
      .join('; '),
    remedies: [
      'systemctl list-unit-files --type=service    shows the right names',
      '--service UNIT names the units that write to the source',
    ],
    exitCode: 2,
  });
}

function unitError(verb: 'stop' | 'start', states: readonly UnitState[], call: ChildEnd): WizardError {
  const each = states.map((state) => {
    const restarts = state.restarts === 0 ? '' : `, restarted ${state.restarts} times`;
    return `${state.unit} is ${state.active} (${state.sub}${restarts})`;
  });
  const isDenied = /authentication required|access denied|permission denied/i.test(call.stderr);
  return new WizardError({
    code: verb === 'stop' ? 'SERVICES_STOP' : 'SERVICES_START',
    message: [`systemctl ${verb} does not succeed: ${each.join('; ')}`, ...lastWords(call)].join('\n'),
    remedies: [
      ...(isDenied ? ['sudo npx ttm-wizard …    as a user who may do this'] : []),
      ...states.flatMap(({ unit }) => [`journalctl -u ${unit} -n 50`, `systemctl status ${unit}`]),
    ],
    exitCode: 7,
  });
}
