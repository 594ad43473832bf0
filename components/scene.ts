// All that a screen is made from. The same scene gives the same lines.
import type { Page } from '../src/pages.js';
import type { RunView, StepView } from '../src/view.js';
import type { Sample } from './samples.js';
import type { Ui } from './ui.js';

export interface Scene {
  readonly view: RunView;
  /** What is shown instead of the work, or asked in the middle of it. */
  readonly page: Page | undefined;
  readonly ui: Ui;
  readonly columns: number;
  readonly rows: number;
  /** Whether keys can be read; else none is named. */
  readonly hasKeys: boolean;
  /** Milliseconds of the epoch. */
  readonly nowMs: number;
  /** The last lines of what the plain output would have said. */
  readonly tail: readonly string[];
  /** Rows copied, over time. */
  readonly samples: readonly Sample[];
}

/** The step that runs; else one that was done before and is being checked again; else none. */
export function activeStep({ steps, outcome }: RunView): StepView | undefined {
  if (outcome !== 'running') return undefined;
  return (
    steps.find(({ state }) => state === 'running') ?? steps.findLast(({ progress }) => progress !== undefined)
  );
}
