// What a switch-over is made of, for whoever follows it: its parts, and how long the application is down.
import type { StepContext } from '../../src/run/step.js';

/** In their order. */
export const PARTS = [
  'bring over what was written meanwhile',
  'stop the application',
  'bring over the rest',
  'compare what has changed',
  'switch the env files',
  'start the application',
  'wait for its answer from the target',
  'see that it runs there alone',
] as const;

/** The same for the way back. */
export const PARTS_BACK = [
  'stop the application again',
  'carry back what was written to the target',
  'put the env files back',
  'start the application on the source',
  'wait for its answer from the source',
] as const;

type Part = (typeof PARTS)[number] | (typeof PARTS_BACK)[number];
type Speaker = Pick<StepContext, 'emit'>;

/** Says what is to come. */
export function announce({ emit }: Speaker, parts: readonly Part[]): void {
  emit({ type: 'step.parts', step: 'cutover', parts: [...parts] });
}

/** Says that `part` begins. */
export function begin({ emit }: Speaker, part: Part): void {
  emit({ type: 'step.part', step: 'cutover', part });
}
