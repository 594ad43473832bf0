// What a run says of itself when it begins, for the first time or once more.
import { join } from 'node:path';
import type { RunOptions } from '../config/run-options.js';
import type { EventBody, StepName } from '../events.js';
import { nameOfTarget, showTarget } from '../target/connect.js';
import { FILES } from './folder.js';

interface Begun {
  readonly run: string;
  readonly options: RunOptions;
  /** Absolute; empty where nothing is written. */
  readonly folder: string;
  readonly steps: StepName[];
}

interface Again {
  readonly done: StepName[];
  readonly isFinished: boolean;
  /** Said instead of the step at which it goes on. */
  readonly why: string | undefined;
  readonly purpose: 'take-back' | undefined;
}

/** Of a run that has not been before. */
export function started(begun: Begun): EventBody[] {
  const { dryRun, resume } = begun.options;
  const event: EventBody = { type: 'run.started', ...common(begun), dryRun };
  if (!resume) return [event];
  return [event, { type: 'notice', message: 'there is no unfinished run to resume: a new one begins' }];
}

/** Of a run that goes on, or is looked at, changed or taken back after its end. */
export function resumed(begun: Begun, { done, isFinished, why, purpose }: Again): EventBody {
  const next = begun.steps.find((name) => !done.includes(name));
  const doing = isFinished
    ? 'is complete: checking that the target still is as it left it'
    : `goes on at step ${next ?? 'none'}`;
  const message = `run ${begun.run} ${why ?? doing}`;
  const doingWhat = purpose === undefined ? {} : { doing: purpose };
  return { type: 'run.resumed', ...common(begun), done, message, ...doingWhat };
}

function common({ options, folder, steps }: Begun) {
  return {
    plan: options.plan.title,
    source: options.source,
    target: showTarget(nameOfTarget(options.target)),
    folder,
    log: folder === '' ? '' : join(folder, FILES.log),
    steps,
  };
}
