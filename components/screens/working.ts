// A step at work: what it is doing, how much of it is done, how fast it goes and how long it still takes.
import { msSince, showSeconds } from '../../src/output/format.js';
import { progressParts } from '../../src/output/progress-line.js';
import type { RunView, StepView } from '../../src/view.js';
import { type Line, line, spread, wrap } from '../lines.js';
import { NARROW_COLUMNS, TURNING, bar } from '../theme.js';

const STALL_MS = 10_000;

/** Three lines, with progress or without, so that what is below does not jump. */
export function workingLines(step: StepView, columns: number, nowMs: number, newsAt: string): Line[] {
  const { progress, firstProgress } = step;
  // A step that is done is checked again when its run goes on: that counts by itself.
  const elapsedMs =
    step.state === 'running' ? msSince(step.startedAt, nowMs) : (progress?.elapsedMs ?? step.elapsedMs);
  const doing = progress === undefined ? '' : `: ${progress.doing} ${progress.table ?? ''}`.trimEnd();
  const head = spread(
    [{ text: `${step.title}${doing}`, isBold: true }],
    { text: showSeconds(elapsedMs) },
    columns,
  );
  const silentMs = msSince(newsAt, nowMs);
  if (progress === undefined)
    return [head, silentMs > STALL_MS ? [TURNING, { text: ` ${waiting(silentMs)}` }] : line(''), line('')];
  const { amount, percent, size, rate, left } = progressParts(progress, firstProgress ?? progress);
  const width = Math.floor(columns / (columns < NARROW_COLUMNS ? 4 : 2));
  const parts = silentMs > STALL_MS ? [percent, waiting(silentMs)] : [percent, left];
  return [
    head,
    [
      ...bar(progress.done, progress.total, width),
      { text: `  ${parts.filter((part) => part !== undefined).join(', ')}` },
    ],
    line([amount, size, rate].filter((part) => part !== undefined).join(', ')),
  ];
}

/** Why nothing comes on, and what can be done about it; none as long as it is not known. */
export function waitingLines({ waiting: why, newsAt }: RunView, columns: number, nowMs: number): Line[] {
  if (why === undefined) return [];
  const time = showSeconds(msSince(newsAt, nowMs));
  return [
    ...wrap(`waiting for ${why.what}, ${time} so far`, columns, { colour: 'yellow' }, '! '),
    ...why.remedies.flatMap((remedy) => wrap(remedy, columns, { isBold: true }, '  > ')),
  ];
}

function waiting(ms: number): string {
  return `nothing new for ${showSeconds(ms)}`;
}
