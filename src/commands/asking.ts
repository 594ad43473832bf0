// Questions on the screen: each becomes a page, and its answer yes or no. A signal or a lost terminal takes it back, because nobody is
// left to answer it.
import { EXIT, WizardError } from '../errors.js';
import type { Answer, Page } from '../pages.js';
import type { Screen, Session } from './session.js';

/** Throws INTERRUPTED (exit 130) at Ctrl-C or a signal, and ANSWER_NEEDED (exit 9) when the terminal is gone. */
export async function askOnScreen(session: Session, screen: Screen, page: Page): Promise<Answer> {
  const { stop, abort, hangUp } = session;
  const gone = screen.gone === undefined ? hangUp : AbortSignal.any([hangUp, screen.gone]);
  try {
    return await screen.ask(page, AbortSignal.any([stop, abort, gone]));
  } catch (cause) {
    if (stop.aborted || abort.aborted)
      throw new WizardError({
        code: 'INTERRUPTED',
        message: 'stopped at the question',
        remedies: ['the same command goes on'],
        exitCode: EXIT.interrupted,
        cause,
      });
    const what = page.kind === 'question' ? page.message : 'how to go on';
    throw new WizardError({
      code: 'ANSWER_NEEDED',
      message: `the terminal is gone, and nobody can be asked: ${what}`,
      remedies: [
        page.kind === 'question' && page.name === 'rollback'
          ? 'ttm-wizard rollback asks again; --yes asks nothing'
          : 'the same command with --resume goes on',
      ],
      exitCode: EXIT.answerNeeded,
      cause,
    });
  }
}

/** The page of a question of the run. `database` is what has to be typed before anything is dropped. */
export function questionPage(name: string, message: string, database: string, canRollBack: boolean): Page {
  const page = { kind: 'question', name, message } as const;
  const no = { id: 'no', label: 'not now' };
  switch (name) {
    case 'start':
      return { ...page, escape: no, choices: [{ id: 'yes', label: 'Start' }] };
    case 'switch-over':
      return {
        ...page,
        escape: no,
        choices: [
          { id: 'yes', label: 'Switch over now' },
          { id: 'no', label: 'Not now: end with the verified copy' },
          ...(canRollBack ? [{ id: 'roll-back', label: 'Roll back', key: 'r' }] : []),
        ],
      };
    case 'rollback':
      return {
        ...page,
        escape: { id: 'no', label: 'keep it' },
        choices: [],
        field: {
          prompt: `To take it back, type the name of the database: ${database}`,
          isSecret: false,
          initial: '',
          example: '',
          mustBe: database,
        },
      };
    default:
      return {
        ...page,
        choices: [
          { id: 'no', label: 'No', key: 'n' },
          { id: 'yes', label: 'Yes', key: 'y' },
        ],
      };
  }
}
