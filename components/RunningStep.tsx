// The step that runs: what it is doing and for how long, how much of it is done, how fast it goes.
import { Box } from 'ink';
import { safe } from '../src/output/findings.js';
import { msSince, showSeconds } from '../src/output/format.js';
import { progressParts } from '../src/output/progress-line.js';
import type { StepView } from '../src/view.js';
import { Cell } from './Cell.js';
import { ProgressBar } from './ProgressBar.js';
import { NARROW_COLUMNS } from './theme.js';

interface RunningStepProps {
  readonly step: StepView;
  readonly columns: number;
  readonly nowMs: number;
}

/** Lines that RunningStep takes, with progress or without, so that what is below it does not jump. */
export const RUNNING_STEP_LINES = 3;
const TIME_WIDTH = 9;

export function RunningStep({ step, columns, nowMs }: RunningStepProps) {
  const { progress, firstProgress } = step;
  // Whole seconds, so that a moment without news draws nothing.
  const elapsedMs = step.state === 'running' ? msSince(step.startedAt, nowMs) : step.elapsedMs;
  const doing = progress === undefined ? '' : `: ${progress.doing} ${progress.table ?? ''}`;
  return (
    <Box flexDirection="column" width={columns} height={RUNNING_STEP_LINES}>
      <Box width={columns}>
        <Cell text={safe(`${step.title}${doing}`).trim()} isBold gap={1} />
        <Cell text={showSeconds(elapsedMs)} width={TIME_WIDTH} align="right" />
      </Box>
      {progress === undefined ? null : (
        <Amounts
          {...progressParts(progress, firstProgress ?? progress)}
          progress={progress}
          columns={columns}
        />
      )}
    </Box>
  );
}

interface AmountsProps extends ReturnType<typeof progressParts> {
  readonly progress: { readonly done: number; readonly total: number };
  readonly columns: number;
}

function Amounts({ amount, percent, size, rate, left, progress, columns }: AmountsProps) {
  const width = Math.floor(columns / (columns < NARROW_COLUMNS ? 4 : 2));
  return (
    <>
      <Box width={columns}>
        <Box width={width} flexShrink={0} marginRight={2}>
          <ProgressBar {...progress} width={width} />
        </Box>
        <Cell text={[percent, left].filter((part) => part !== undefined).join(', ')} />
      </Box>
      <Cell text={[amount, size, rate].filter((part) => part !== undefined).join(', ')} />
    </>
  );
}
