// Whether there is something to take back, by what the view of a run says.
import type { RunView } from './view.js';

/** Whether this run has put anything into the target, and nobody is taking it back already. */
export function canRollBack(view: RunView): boolean {
  if (view.dryRun || view.doing === 'take-back' || view.outcome === 'rolled-back') return false;
  return view.steps.some(({ name, state }) => name === 'schema' && state !== 'left');
}
