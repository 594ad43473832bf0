// Adds to cutover.json what is about to be done.
import { type CutoverState, loadCutover, saveCutover } from '../../src/run/cutover-state.js';
import type { StepContext } from '../../src/run/step.js';

/** What is not named stays as it was. */
export function saveState(
  { folder }: Pick<StepContext, 'folder'>,
  change: Partial<CutoverState>,
): CutoverState {
  const state: CutoverState = { ...(loadCutover(folder) ?? { v: 1, phase: 'caught-up' }), ...change };
  saveCutover(folder, state);
  return state;
}
