// The pages before and after a run, and what can be chosen on each. Only what is possible then is offered.
import type { StepName } from '../events.js';
import type { Choice, Page } from '../pages.js';
import type { RunFolder } from '../run/folder.js';
import type { RunView } from '../view.js';

const LEAVE: Choice = { id: 'leave', label: 'Leave', key: 'q' };
const ROLL_BACK: Choice = { id: 'roll-back', label: 'Roll back', key: 'r' };

/** An earlier run: go on with it, take it back, or begin anew. */
export function resumePage(
  { path, state }: RunFolder,
  view: RunView,
  planned: readonly StepName[],
  isSwitching: boolean,
): Page {
  const done = planned.filter((name) => name in state.results);
  const left = planned.filter((name) => !done.includes(name));
  // An application that writes to the target leaves nothing there to be compared.
  const toSee = isSwitching
    ? 'Show how it ended'
    : 'Check it: compare the target with what this run has left there';
  const goOn = left[0] === undefined ? toSee : `Go on at ${left[0]}`;
  return {
    kind: 'resume',
    earlier: {
      run: state.run,
      startedAt: state.startedAt,
      done,
      left,
      // A rollback that was not agreed to has changed nothing.
      message: view.code === 'DECLINED' ? '' : view.message,
      folder: path,
      isSwitching,
      ...(view.downtime === undefined || view.downtime.ms !== undefined
        ? {}
        : { downSince: view.downtime.startedAt }),
    },
    choices: [
      { id: 'go-on', label: goOn },
      ROLL_BACK,
      ...(isSwitching
        ? []
        : [{ id: 'start-over', label: 'Start over (drops what it has made, with a new snapshot)' }]),
      LEAVE,
    ],
  };
}

/** Starting over drops tables: the database's name has to be typed. */
export function startOverPage(database: string): Page {
  return {
    kind: 'question',
    name: 'start-over',
    message:
      'Everything that the earlier run has made in the target is dropped, and all begins anew with a new snapshot.',
    choices: [],
    escape: { id: 'no', label: 'back' },
    field: {
      prompt: `To start over, type the name of the database: ${database}`,
      isSecret: false,
      initial: '',
      example: '',
      mustBe: database,
    },
  };
}

/** What can be done about the way it ended. */
export function endedPage(view: RunView, canRollBack: boolean, canReconnect = false): Page {
  const back = canRollBack ? [ROLL_BACK] : [];
  if (view.outcome !== 'failed')
    return { kind: 'ended', choices: [{ ...LEAVE, label: 'Leave it so' }, ...back] };
  const isChecking = view.steps.some(({ name, state }) => name === 'preflight' && state === 'failed');
  if (!isChecking) return { kind: 'ended', choices: [{ id: 'again', label: 'Try again' }, ...back, LEAVE] };
  const remedies = view.findings.flatMap((finding) => finding.remedies);
  const offers = (start: string): boolean => remedies.some((remedy) => remedy.startsWith(start));
  return {
    kind: 'ended',
    ...(canReconnect ? { escape: { id: 'reconnect', label: 'other target' } } : {}),
    choices: [
      { id: 'again', label: 'Check again', key: 'r' },
      ...(offers('--on-drift carry')
        ? [{ id: 'carry', label: 'Take along what the plan does not know (--on-drift carry)' }]
        : []),
      ...(offers('--on-drift leave')
        ? [{ id: 'leave-behind', label: 'Leave it behind (--on-drift leave)' }]
        : []),
      ...(offers('--on-bad-value quarantine')
        ? [{ id: 'quarantine', label: 'Set rows with bad values aside (--on-bad-value quarantine)' }]
        : []),
      ...(offers('without --with') ? [{ id: 'no-modules', label: 'Go without modules (no --with)' }] : []),
      LEAVE,
    ],
  };
}
