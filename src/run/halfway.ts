// What a person has to know who ends the wizard between the stop of the application and its start: that it stands, and what starts it.
import { serviceLine } from './by-hand.js';
import { type CutoverState, loadCutover } from './cutover-state.js';

type Phase = CutoverState['phase'];

const DOING: Partial<Record<Phase, string>> = {
  stopped:
    'The application is stopped: the switch-over is taken back and the application started again first',
  started: 'The application is being started on the target: that is brought to its end first',
  carrying: 'The application is being taken back to the source: that is brought to its end first',
};

const LEFT: Partial<Record<Phase, string>> = {
  stopped: 'the application is stopped, and stays so',
  started: 'the application was being started on the target, and may be stopped',
  carrying: 'the application was being taken back to the source, and may be stopped',
};

/** What is going on while the application stands, as a sentence without its full stop; undefined when it runs. */
export function halfwayDoing(folder: string): string | undefined {
  return textFor(folder, DOING);
}

/** In what state a process that ends now leaves the application, and what to type; undefined when it runs. */
export function halfwayLeft(
  folder: string,
): { readonly message: string; readonly remedies: readonly string[] } | undefined {
  const message = textFor(folder, LEFT);
  if (message === undefined) return undefined;
  const start = serviceLine('start', stateIn(folder)?.services);
  return {
    message,
    remedies: [
      'ttm-wizard run … --resume brings it to its end',
      'ttm-wizard rollback takes it back',
      `${start}    starts the application as it is; each of the two others sees what it writes then`,
    ],
  };
}

/** Whether a rollback, or the way back of a failed switch-over, has begun. */
export function isTakingBack(folder: string): boolean {
  return stateIn(folder)?.phase === 'carrying';
}

function textFor(folder: string, texts: Partial<Record<Phase, string>>): string | undefined {
  const phase = stateIn(folder)?.phase;
  return phase === undefined ? undefined : texts[phase];
}

/** A damaged file is told by whoever needs it; somebody who ends the wizard is told what is known. */
function stateIn(folder: string): CutoverState | undefined {
  try {
    return folder === '' ? undefined : loadCutover(folder);
  } catch {
    return undefined;
  }
}
