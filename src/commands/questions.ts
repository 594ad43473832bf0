// Questions in the middle of a run without a screen. A signal or a lost terminal takes one back, because nobody is left to answer it.
import { askYesNo } from '../config/ask.js';
import { EXIT, WizardError } from '../errors.js';
import { withKeys } from './keys.js';
import type { Session } from './session.js';

/**
 * Asks yes or no, default no. The answer rejects with INTERRUPTED (exit 130) at Ctrl-C or a signal, and with ANSWER_NEEDED (exit 9)
 * when the terminal is gone.
 */
export function questionsOf(session: Session): (message: string) => Promise<boolean> {
  return async (message) => {
    const { stop, abort, hangUp } = session;
    return withKeys(async (keys, ended) => {
      const gone = AbortSignal.any([hangUp, ended]);
      try {
        return await askYesNo(message, keys, AbortSignal.any([stop, abort, gone]));
      } catch (error) {
        throw gone.aborted ? nobodyLeft(message, error) : error;
      }
    });
  };
}

function nobodyLeft(message: string, cause: unknown): WizardError {
  return new WizardError({
    code: 'ANSWER_NEEDED',
    message: `the terminal is gone, and nobody can be asked: ${message}`,
    exitCode: EXIT.answerNeeded,
    cause,
  });
}
