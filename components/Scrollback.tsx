// Finished steps, one line each, with their warnings and errors: printed once above the live frame, and there for good.
import { Box, Static, Text } from 'ink';
import { findingLines, safe } from '../src/output/findings.js';
import { showDuration } from '../src/output/format.js';
import { unpainted } from '../src/output/paint.js';
import type { RunView, StepView } from '../src/view.js';
import { Cell } from './Cell.js';
import { type ScrollbackLine, useScrollback } from './scrollback-lines.js';
import { GLYPHS, SEVERITY_COLOURS, STATE_COLOURS, colourOf } from './theme.js';

interface ScrollbackProps {
  readonly view: RunView;
  readonly printed?: RunView | undefined;
  readonly columns: number;
}

/** Of `preflight` and `constrain`. */
const NAME_WIDTH = 9;
const TIME_WIDTH = 9;
/** With fewer columns the time goes, the summary stays. */
const COLUMNS_FOR_TIME = 40;

export function Scrollback({ view, printed, columns }: ScrollbackProps) {
  const lines = useScrollback(view, printed);
  return (
    <Static items={[...lines]} style={{ width: columns }}>
      {(line) => <Line key={line.key} line={line} columns={columns} />}
    </Static>
  );
}

function Line({ line, columns }: { readonly line: ScrollbackLine; readonly columns: number }) {
  if (line.kind === 'step') return <FinishedStep step={line.step} columns={columns} />;
  if (line.kind === 'notice')
    return <Text wrap="wrap">{`! ${'notice'.padEnd(NAME_WIDTH)}  ${safe(line.text)}`}</Text>;
  const { finding } = line;
  return (
    <Box flexDirection="column" width={columns}>
      {findingLines([finding], unpainted, '  ').map((text, index) => (
        // A line to type must not lose its end: it wraps.
        <Text
          key={index}
          wrap="wrap"
          {...colourOf(index === 0 ? SEVERITY_COLOURS[finding.severity] : undefined)}
        >
          {text}
        </Text>
      ))}
    </Box>
  );
}

function FinishedStep({ step, columns }: { readonly step: StepView; readonly columns: number }) {
  const { name, state, summary, elapsedMs } = step;
  const isFailed = state === 'failed';
  return (
    <Box width={columns} height={1}>
      <Cell text={isFailed ? GLYPHS.failed : GLYPHS.done} width={1} gap={1} colour={STATE_COLOURS[state]} />
      <Cell text={name} width={NAME_WIDTH} gap={2} />
      <Cell
        text={`${isFailed ? 'FAILED: ' : ''}${safe(summary)}`}
        colour={isFailed ? 'red' : undefined}
        gap={1}
      />
      {columns < COLUMNS_FOR_TIME ? null : (
        <Cell text={showDuration(elapsedMs)} width={TIME_WIDTH} align="right" />
      )}
    </Box>
  );
}
