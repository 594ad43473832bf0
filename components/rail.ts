// All steps in one line: what is done, what runs, what is left, what has been taken back. With less room the finished ones become a number, and below 60 columns
// only the place remains: `4/8 Copy`.
import { isTakenBack } from '../src/output/facts.js';
import type { StepView } from '../src/view.js';
import type { Line } from './lines.js';
import { NARROW_COLUMNS, STATE_COLOURS, type State, glyphOf } from './theme.js';

interface Place {
  readonly name: StepView['name'];
  readonly state: State;
}

interface Mark {
  readonly state: State;
  readonly text: string;
}

const GAP = 1;

/** At most `columns` wide. */
export function railLine(steps: readonly StepView[], columns: number, nowMs: number): Line {
  const places = placesOf(steps);
  const marks = columns < NARROW_COLUMNS ? placeOf(places) : fitting(places, columns);
  return marks.flatMap(({ state, text }, index) => [
    ...(index === 0 ? [] : [{ text: ' '.repeat(GAP) }]),
    glyphOf(state, nowMs),
    { text: ` ${text}`, colour: STATE_COLOURS[state], isDim: state === 'left', isBold: state === 'running' },
  ]);
}

/** With its tables gone, nothing is left of what the steps behind the schema did in the target, and none undoes that by itself. */
function placesOf(steps: readonly StepView[]): readonly Place[] {
  const schema = steps.findIndex(({ name }) => name === 'schema');
  const isGone = steps.some((step, index) => index === schema && isTakenBack(step));
  return steps.map((step, index) => {
    const { name, state } = step;
    if (isTakenBack(step)) return { name, state: 'taken back' };
    return { name, state: isGone && index > schema && state === 'done' ? 'left' : state };
  });
}

/** All steps; else what is done as a number; else what is left too, as far as it must. */
function fitting(steps: readonly Place[], columns: number): readonly Mark[] {
  const all = steps.map(({ name, state }) => ({ state, text: `${name}${endingOf(state)}` }));
  const done = all.filter(({ state }) => state === 'done');
  const others = all.filter(({ state }) => state !== 'done');
  const head: Mark[] = done.length === 0 ? [] : [{ state: 'done', text: `${done.length} done` }];
  const left = others.filter(({ state }) => state === 'left');
  const shorter = left.map((_, index): Mark[] => {
    const hidden = left.slice(-1 - index);
    const count: Mark = { state: 'left', text: `${hidden.length} left` };
    // Of what has failed or was taken back, none becomes a number.
    return [
      ...head,
      ...others.flatMap((mark) => (hidden.includes(mark) ? (mark === hidden[0] ? [count] : []) : [mark])),
    ];
  });
  const forms = [all, [...head, ...others], ...shorter];
  return forms.find((marks) => widthOfMarks(marks) <= columns) ?? placeOf(steps);
}

function widthOfMarks(marks: readonly Mark[]): number {
  return marks.reduce((sum, { text }) => sum + 2 + text.length + GAP, -GAP);
}

function placeOf(steps: readonly Place[]): Mark[] {
  const unfinished = steps.findIndex(({ state }) => state !== 'done');
  const index = unfinished === -1 ? steps.length - 1 : unfinished;
  const step = steps[index];
  if (step === undefined) return [];
  const name = `${step.name.slice(0, 1).toUpperCase()}${step.name.slice(1)}`;
  return [{ state: step.state, text: `${index + 1}/${steps.length} ${name}${endingOf(step.state)}` }];
}

/** ` failed`, ` stopped` */
function endingOf(state: State): string {
  return state === 'failed' || state === 'stopped' ? ` ${state}` : '';
}
