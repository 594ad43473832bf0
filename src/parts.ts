// The parts of a step in the view: which are done, which runs, how long each took. Pure, as the reducer that uses it.
import type { StepName } from './events.js';
import type { Ending, PartView } from './view.js';

/** A part that has not begun. */
export function newPart(step: StepName, title: string): PartView {
  return { step, title, state: 'left', startedAt: '', endedAt: '' };
}

/** The part named begins, and whatever ran before it is done; a part that nobody has announced is added. */
export function beginPart(
  parts: readonly PartView[],
  { step, part, at }: { readonly step: StepName; readonly part: string; readonly at: string },
): PartView[] {
  const known = parts.some(({ title }) => title === part) ? parts : [...parts, newPart(step, part)];
  return endRunning(known, at, 'done').map((other) =>
    other.title === part ? { ...other, state: 'running', startedAt: at, endedAt: '' } : other,
  );
}

/** With its step, the part that runs ends. */
export function endParts(
  parts: readonly PartView[],
  { step, at }: { readonly step: StepName; readonly at: string },
  state: 'done' | Ending,
): PartView[] {
  return parts.some((part) => part.step === step) ? endRunning(parts, at, state) : [...parts];
}

function endRunning(parts: readonly PartView[], at: string, state: 'done' | Ending): PartView[] {
  return parts.map((part) => (part.state === 'running' ? { ...part, state, endedAt: at } : part));
}
