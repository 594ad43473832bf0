// All steps in one line: what is done, what runs, what is left. With less room the finished ones become a number, and below 60
// columns only the place remains: `4/7 Copy`.
import { Box, Text } from 'ink';
import Spinner from 'ink-spinner';
import type { StepView } from '../src/view.js';
import { GLYPHS, NARROW_COLUMNS, STATE_COLOURS, colourOf } from './theme.js';

interface StepRailProps {
  readonly steps: readonly StepView[];
  readonly columns: number;
}

interface Mark {
  readonly state: StepView['state'];
  readonly text: string;
}

const GAP = 2;

/** One line of at most `columns`. */
export function StepRail({ steps, columns }: StepRailProps) {
  const marks = columns < NARROW_COLUMNS ? placeOf(steps) : fitting(steps, columns);
  return (
    <Box width={columns} height={1} columnGap={GAP} overflow="hidden">
      {marks.map(({ state, text }) => (
        <Box key={text} flexShrink={0}>
          <Text {...colourOf(STATE_COLOURS[state])} dimColor={state === 'left'} bold={state === 'running'}>
            {state === 'running' ? <Spinner type="line" /> : GLYPHS[state]} {text}
          </Text>
        </Box>
      ))}
    </Box>
  );
}

/** All steps; else what is done as a number; else what is left too, as far as it must. */
function fitting(steps: readonly StepView[], columns: number): readonly Mark[] {
  const all = steps.map(({ name, state }) => ({ state, text: state === 'failed' ? `${name} failed` : name }));
  const done = all.filter(({ state }) => state === 'done');
  const others = all.filter(({ state }) => state !== 'done');
  const head: Mark[] = done.length === 0 ? [] : [{ state: 'done', text: `${done.length} done` }];
  const shorter = others.slice(1).map((_, index): Mark[] => {
    const shown = others.slice(0, others.length - 1 - index);
    return [...head, ...shown, { state: 'left', text: `${others.length - shown.length} left` }];
  });
  const forms = [all, [...head, ...others], ...shorter];
  return forms.find((marks) => widthOf(marks) <= columns) ?? placeOf(steps);
}

function widthOf(marks: readonly Mark[]): number {
  return marks.reduce((sum, { text }) => sum + 2 + text.length + GAP, -GAP);
}

function placeOf(steps: readonly StepView[]): Mark[] {
  const unfinished = steps.findIndex(({ state }) => state !== 'done');
  const index = unfinished === -1 ? steps.length - 1 : unfinished;
  const step = steps[index];
  if (step === undefined) return [];
  const name = `${step.name.slice(0, 1).toUpperCase()}${step.name.slice(1)}`;
  const failed = step.state === 'failed' ? ' failed' : '';
  return [{ state: step.state, text: `${index + 1}/${steps.length} ${name}${failed}` }];
}
