// What happens when a switch-over fails after the stop: it takes itself back without being asked.
import { EXIT, WizardError, codeOf, messageOf } from '../../src/errors.js';
import { type StepContext, Stopped, TakeBackFailed } from '../../src/run/step.js';
import { isTargetFailure, targetError } from '../../src/target/connect.js';
import { withoutUrl } from './new-url.js';
import { calmly, takeBack } from './take-back.js';

interface Failure {
  readonly code: string;
  readonly message: string;
}

/** What made it fail, after the application runs on the source again. Throws TakeBackFailed when it does not. */
export async function failAndTakeBack(context: StepContext, thrown: unknown): Promise<unknown> {
  // A lost connection shows wherever the next query is; the driver's own words for it carry no code.
  const cause = isTargetFailure(thrown) ? targetError('the switch-over cannot go on', thrown) : thrown;
  const message = await withoutUrl(context, messageOf(cause));
  // For whoever goes on when this is killed as well.
  const failure = { code: cause instanceof Stopped ? 'STOPPED' : (codeOf(cause) ?? 'BUG'), message };
  await takeItBack(context, failure, `taking the switch-over back: ${message}`);
  return cause instanceof Stopped ? cause : takenBack(failure, cause);
}

/** The same for a switch-over that was killed while it was taken back. */
export async function goOnTakingBack(
  context: StepContext,
  failure: Failure | undefined,
): Promise<WizardError> {
  const message = 'a switch-over that was being taken back is taken back to its end first';
  await takeItBack(context, failure, message);
  return takenBack(failure ?? { code: 'INTERRUPTED', message: 'the switch-over was interrupted' }, undefined);
}

async function takeItBack(context: StepContext, failure: Failure | undefined, why: string): Promise<void> {
  const given = failure === undefined ? {} : { failure };
  try {
    calmly(context.emit)({ type: 'notice', message: why });
    await takeBack(context, { reason: 'failure', ...given, discard: false });
  } catch (error) {
    throw new TakeBackFailed(error);
  }
}

function takenBack({ code, message }: Failure, cause: unknown): WizardError {
  const remedies = cause instanceof WizardError ? cause.remedies : [];
  return new WizardError({
    code,
    message: `${message}; taken back: the application runs on the source again, the target is ready for another try`,
    remedies: [...remedies, 'the same command with --resume tries again'],
    exitCode: EXIT.takenBack,
    cause,
  });
}
