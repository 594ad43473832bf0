// The part of the screen that is drawn again and again: where the run is, what it does now, and its tables. Never as high as the
// terminal, because Ink then clears the whole scrollback; on a low terminal it is the rail and the running step alone.
import { Box, Text } from 'ink';
import { safe } from '../src/output/findings.js';
import type { RunView } from '../src/view.js';
import { activeStep } from './active-step.js';
import { RUNNING_STEP_LINES, RunningStep } from './RunningStep.js';
import { StepRail } from './StepRail.js';
import { TableProgress } from './TableProgress.js';

export interface FrameProps {
  readonly view: RunView;
  readonly columns: number;
  readonly rows: number;
  /** Milliseconds of the epoch. */
  readonly nowMs: number;
}

/** Head, rail and key hint, and the empty lines between all parts. */
const FIXED_LINES = 7;
/** Every line is sent again with every frame; and a lower frame survives more when the window is made smaller. */
const MOST_TABLE_LINES = 8;
const LEAST_TABLE_LINES = 2;

export function LiveFrame({ view, columns, rows, nowMs }: FrameProps) {
  const step = activeStep(view);
  const height = Math.max(1, rows - 1);
  const running = step === undefined ? null : <RunningStep step={step} columns={columns} nowMs={nowMs} />;
  const roomForTables = height - FIXED_LINES - RUNNING_STEP_LINES;
  if (roomForTables < LEAST_TABLE_LINES) {
    return (
      <Box
        flexDirection="column"
        width={columns}
        height={Math.min(height, 1 + RUNNING_STEP_LINES)}
        overflow="hidden"
      >
        <StepRail steps={view.steps} columns={columns} />
        {running}
      </Box>
    );
  }
  return (
    <Box flexDirection="column" width={columns} marginTop={1}>
      <Text wrap="truncate-end" dimColor>
        {safe(`${view.plan}: ${view.source} -> ${view.target}`)}
      </Text>
      <StepRail steps={view.steps} columns={columns} />
      {running === null ? null : <Box marginTop={1}>{running}</Box>}
      {view.tables.length === 0 ? null : (
        <Box marginTop={1}>
          <TableProgress view={view} columns={columns} lines={Math.min(MOST_TABLE_LINES, roomForTables)} />
        </Box>
      )}
      <Box marginTop={1}>
        <Text wrap="truncate-end" dimColor>
          Ctrl-C stops at a safe point; --resume goes on from there
        </Text>
      </Box>
    </Box>
  );
}
