// The switch-over, and the way back: each part as it begins and ends, and how long the application has been down.
import { msBetween, msSince, showDuration, showSeconds } from '../../src/output/format.js';
import type { PartView, RunView } from '../../src/view.js';
import { BLANK, type Line, type Piece, line, spread } from '../lines.js';
import { glyphOf } from '../theme.js';

/** The clock runs from the stop to the first good answer. */
export function downtimeLine({ downtime }: RunView, nowMs: number): Line {
  if (downtime === undefined) return line('downtime  none so far: the application runs');
  if (downtime.ms !== undefined)
    return line(`downtime  ${showDuration(downtime.ms)}, over: the application answers`, { colour: 'green' });
  return line(`downtime  ${showSeconds(msSince(downtime.startedAt, nowMs))} and running`, {
    colour: 'yellow',
    isBold: true,
  });
}

/** A line for each part with its time, then the clock of the downtime. */
export function cutoverLines(view: RunView, columns: number, nowMs: number): Line[] {
  const begunAt = view.steps.find(({ name }) => name === 'cutover')?.startedAt ?? '';
  // That of an attempt which took itself back is none of this one.
  const isEarlier = view.downtime?.ms !== undefined && view.downtime.startedAt < begunAt;
  const downtime = downtimeLine(isEarlier ? { ...view, downtime: undefined } : view, nowMs);
  return [...view.parts.map((part) => partLine(part, columns, nowMs)), BLANK, downtime];
}

function partLine({ title, state, startedAt, endedAt }: PartView, columns: number, nowMs: number): Line {
  const text: Piece = { text: ` ${title}`, isBold: state === 'running', isDim: state === 'left' };
  const time =
    state === 'left'
      ? ''
      : endedAt === ''
        ? showSeconds(msSince(startedAt, nowMs))
        : showDuration(msBetween(startedAt, endedAt));
  return spread([glyphOf(state, nowMs), text], { text: time }, columns);
}
