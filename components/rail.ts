// All steps in one line: what is done, what runs, what is left. With less room the finished ones become a number, and below 60 columns
// only the place remains: `4/8 Copy`.
import type { StepView } from '../src/view.js';
import type { Line } from './lines.js';
import { NARROW_COLUMNS, STATE_COLOURS, glyphOf } from './theme.js';

interface Mark {
  readonly state: StepView['state'];
  readonly text: string;
}

const GAP = 1;

/** At most `columns` wide. */
export function railLine(steps: readonly StepView[], columns: number, nowMs: number): Line {
  const marks = columns < NARROW_COLUMNS ? placeOf(steps) : fitting(steps, columns);
  return marks.flatMap(({ state, text }, index) => [
    ...(index === 0 ? [] : [{ text: ' '.repeat(GAP) }]),
    glyphOf(state, nowMs),
    { text: ` ${text}`, colour: STATE_COLOURS[state], isDim: state === 'left', isBold: state === 'running' },
  ]);
}

/** All steps; else what is done as a number; else what is left too, as far as it must. */
function fitting(steps: readonly StepView[], columns: number): readonly Mark[] {
  const all = steps.map(({ name, state }) => ({ state, text: `${name}${endingOf(state)}` }));
  const done = all.filter(({ state }) => state === 'done');
  const others = all.filter(({ state }) => state !== 'done');
  const head: Mark[] = done.length === 0 ? [] : [{ state: 'done', text: `${done.length} done` }];
  const shorter = others.slice(1).map((_, index): Mark[] => {
    const shown = others.slice(0, others.length - 1 - index);
    return [...head, ...shown, { state: 'left', text: `${others.length - shown.length} left` }];
  });
  const forms = [all, [...head, ...others], ...shorter];
  return forms.find((marks) => widthOfMarks(marks) <= columns) ?? placeOf(steps);
}

function widthOfMarks(marks: readonly Mark[]): number {
  return marks.reduce((sum, { text }) => sum + 2 + text.length + GAP, -GAP);
}

function placeOf(steps: readonly StepView[]): Mark[] {
  const unfinished = steps.findIndex(({ state }) => state !== 'done');
  const index = unfinished === -1 ? steps.length - 1 : unfinished;
  const step = steps[index];
  if (step === undefined) return [];
  const name = `${step.name.slice(0, 1).toUpperCase()}${step.name.slice(1)}`;
  return [{ state: step.state, text: `${index + 1}/${steps.length} ${name}${endingOf(step.state)}` }];
}

/** ` failed`, ` stopped` */
function endingOf(state: StepView['state']): string {
  return state === 'failed' || state === 'stopped' ? ` ${state}` : '';
}
