// Where a run that a person follows on the screen waits for them: before it writes anything, before it stops the application, and before
// it drops what it has made. Nobody is asked twice, and nobody while the application stands.
import { EXIT, WizardError } from '../errors.js';
import type { Emit, StepName } from '../events.js';
import { showRows } from '../output/format.js';
import type { RunView } from '../view.js';
import { isSwitching, loadCutover } from './cutover-state.js';

/** Puts a question to the person, whose answer is yes or no. `name` tells a screen which one it is. */
export type Ask = (message: string, name?: string) => Promise<boolean>;

/** How a run asks. */
export interface Asking {
  /** Asks the person yes or no in the middle of a run; absent when nobody can or wants to be asked. */
  readonly ask?: Ask;
  /** Answers whether a rollback may go on: the person, or --yes; absent when there is neither. */
  readonly confirm?: Ask;
  /** Whether the person follows on a screen, and is asked before the run writes and before it stops the application. */
  readonly pauses?: boolean;
}

/** The same for a run on a screen, whose events tell what was asked and what the answer was. */
export function tellingIo<T extends Asking>(io: T, emit: Emit): T {
  if (io.pauses !== true) return io;
  const told =
    (ask: Ask): Ask =>
    async (message, name = 'confirm') => {
      emit({ type: 'input.needed', question: name, message, flag: '--yes' });
      const isYes = await ask(message, name);
      emit({ type: 'input.given', question: name, answer: isYes ? 'yes' : 'no', origin: 'answer' });
      return isYes;
    };
  return {
    ...io,
    ...(io.ask === undefined ? {} : { ask: told(io.ask) }),
    ...(io.confirm === undefined ? {} : { confirm: told(io.confirm) }),
  };
}

/** Puts it down when the terminal goes, so that whoever reads the log knows why nobody was asked; until what it returns is called. */
export function tellWhenAlone(hangUp: AbortSignal | undefined, emit: Emit): () => void {
  const tell = (): void =>
    emit({ type: 'notice', message: 'the terminal is gone: the work goes on, and nobody can be asked' });
  if (hangUp?.aborted !== true) hangUp?.addEventListener('abort', tell, { once: true });
  return () => hangUp?.removeEventListener('abort', tell);
}

/** Throws DECLINED (exit 130) or NOT_SWITCHED (exit 75) when the answer is no. Without `ask` there is no pause. */
export async function pauseBefore(step: StepName, folder: string, { ask, pauses }: Asking): Promise<void> {
  if (ask === undefined || pauses !== true) return;
  if (step === 'backup' && !(await ask('Start? Until here nothing has been written.', 'start')))
    throw new WizardError({
      code: 'DECLINED',
      message: 'not started: nothing has been written to source or target',
      remedies: ['the same command starts again'],
      exitCode: EXIT.interrupted,
    });
  if (step !== 'cutover' || isSwitching(folder)) return;
  if (await ask('Switch the application over now? It stands for a moment.', 'switch-over')) return;
  throw new WizardError({
    code: 'NOT_SWITCHED',
    message: 'the verified copy is in the target; the application goes on with the source',
    remedies: [
      'the same command goes on with the switch-over',
      'ttm-wizard catch-up brings over what is written until then',
    ],
    exitCode: EXIT.stoppedEarly,
  });
}

/** A rollback after the switch-over asks by itself, when it has counted what it carries back. Throws DECLINED (exit 130). */
export async function pauseBeforeDrop(folder: string, view: RunView, { ask, pauses }: Asking): Promise<void> {
  if (ask === undefined || pauses !== true || loadCutover(folder)?.isOnTarget === true) return;
  const copied = view.tables.filter(({ state }) => state !== 'left');
  const rows = copied.reduce((sum, table) => sum + table.rowsDone, 0);
  const what = `${copied.length} tables with ${showRows(rows)} are dropped from the target; the source is not touched.`;
  if (await ask(`${what} Go on?`, 'rollback')) return;
  throw new WizardError({
    code: 'DECLINED',
    message: 'the answer is no: nothing is changed',
    exitCode: EXIT.interrupted,
  });
}
