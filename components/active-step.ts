// Which step the screen is about.
import type { RunView, StepView } from '../src/view.js';

/** The step that runs; else one that was done before and is being checked again; else none. */
export function activeStep({ steps, outcome }: RunView): StepView | undefined {
  if (outcome !== 'running') return undefined;
  return (
    steps.find(({ state }) => state === 'running') ?? steps.findLast(({ progress }) => progress !== undefined)
  );
}
