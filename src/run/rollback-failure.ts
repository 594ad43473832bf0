// What becomes of an error that ends a rollback, or the way back of a failed switch-over: exit 10, with a file of commands to type.
import { WizardError, messageOf } from '../errors.js';
import { isTargetFailure, targetError } from '../target/connect.js';
import { writeByHand } from './by-hand.js';
import { loadCutover } from './cutover-state.js';
import type { RunState } from './folder.js';
import { redactText } from './journal.js';
import { Stopped } from './step.js';
import { writeError } from './write-error.js';

export interface FailedRun {
  readonly folder: string;
  readonly state: RunState;
  readonly secrets: readonly string[];
  readonly recordBug: (error: unknown) => void;
}

/** Usage, questions, too little room and Ctrl-C stay what they are as long as nothing has been begun; all else is exit 10. */
export function rollbackError(cause: unknown, run: FailedRun): unknown {
  if (cause instanceof Stopped) return cause;
  const isBegun = loadCutover(run.folder)?.phase === 'carrying';
  if (cause instanceof WizardError && (isBegun ? [9, 130] : [2, 3, 9, 130]).includes(cause.exitCode))
    return cause;
  const error = isTargetFailure(cause) ? targetError('the target cannot be asked', cause) : cause;
  const file = byHand(run, redactText(messageOf(error), run.secrets));
  return new WizardError({
    code: error instanceof WizardError ? error.code : 'ROLLBACK_FAILED',
    message: `the rollback is not finished: ${messageOf(error)}`,
    remedies: [
      ...(error instanceof WizardError ? error.remedies : []),
      'ttm-wizard rollback goes on where it was',
      ...(file === undefined ? [] : [`${file} says what to do by hand`]),
    ],
    exitCode: 10,
    cause,
  });
}

/** The path of the file; undefined where it cannot be written, which must not hide why it was to be. */
function byHand({ folder, state, recordBug }: FailedRun, why: string): string | undefined {
  try {
    return writeByHand(folder, state, why);
  } catch (error) {
    if (!(writeError(folder, error) instanceof WizardError)) recordBug(error);
    return undefined;
  }
}
