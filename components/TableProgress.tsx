// A line for each table: name, state, rows done of all, a bar, and how fast it went. What has no line is counted in the last one.
import { Box, Text } from 'ink';
import stringWidth from 'string-width';
import { safe } from '../src/output/findings.js';
import { showCount } from '../src/output/format.js';
import type { RunView } from '../src/view.js';
import { Cell } from './Cell.js';
import { ProgressBar } from './ProgressBar.js';
import { type TableRow, chooseRows, othersLine, tableRows } from './shown-tables.js';
import { NARROW_COLUMNS, STATE_COLOURS } from './theme.js';

interface TableProgressProps {
  readonly view: RunView;
  readonly columns: number;
  /** Lines it may take at most. */
  readonly lines: number;
}

const GAP = 2;
/** `DIFFERENT`, `comparing` */
const WORD_WIDTH = 9;
/** `999,999/s` */
const RATE_WIDTH = 9;
const LEAST_NAME_WIDTH = 8;
/** A longer name gives way to the bar. */
const USUAL_NAME_WIDTH = 16;
const LEAST_BAR_WIDTH = 6;
const MOST_BAR_WIDTH = 12;

export function TableProgress({ view, columns, lines }: TableProgressProps) {
  const rows = tableRows(view);
  const shown = rows.length <= lines ? rows : chooseRows(rows, lines - 1);
  const others = lines > 0 ? othersLine(rows, shown) : undefined;
  const widths = widthsFor(shown, columns);
  return (
    <Box flexDirection="column" width={columns}>
      {shown.map((row) => (
        <TableLine key={row.name} row={row} widths={widths} columns={columns} />
      ))}
      {others === undefined ? null : (
        <Text wrap="truncate-end" dimColor>
          {others}
        </Text>
      )}
    </Box>
  );
}

/** Columns of each part; 0 where it has no room. */
interface Widths {
  readonly name: number;
  readonly amount: number;
  readonly bar: number;
  readonly rate: number;
}

function widthsFor(rows: readonly TableRow[], columns: number): Widths {
  const name = Math.max(LEAST_NAME_WIDTH, ...rows.map((row) => stringWidth(safe(row.name))));
  const amount = Math.max(1, ...rows.map((row) => amountOf(row).length));
  const rate = columns < NARROW_COLUMNS ? 0 : RATE_WIDTH;
  const left = columns - WORD_WIDTH - amount - 3 * GAP - rate;
  const spare = left - Math.min(name, USUAL_NAME_WIDTH) - GAP;
  const bar = spare < LEAST_BAR_WIDTH ? 0 : Math.min(MOST_BAR_WIDTH, spare);
  return { name: Math.max(1, Math.min(name, left - (bar === 0 ? 0 : bar + GAP))), amount, bar, rate };
}

interface TableLineProps {
  readonly row: TableRow;
  readonly widths: Widths;
  readonly columns: number;
}

function TableLine({ row, widths, columns }: TableLineProps) {
  const { name, word, done, total, rate } = row;
  return (
    <Box width={columns} height={1} overflow="hidden">
      <Cell text={safe(name)} width={widths.name} gap={GAP} />
      <Cell
        text={word}
        width={WORD_WIDTH}
        gap={GAP}
        colour={STATE_COLOURS[word]}
        isDim={word === 'left' || word === 'copied'}
      />
      <Cell text={amountOf(row)} width={widths.amount} align="right" gap={GAP} />
      {widths.bar === 0 ? null : (
        <Box width={widths.bar} flexShrink={0} marginRight={GAP}>
          <ProgressBar done={done} total={total} width={widths.bar} />
        </Box>
      )}
      {widths.rate === 0 ? null : (
        <Cell text={rate === undefined ? '' : `${showCount(rate)}/s`} width={widths.rate} align="right" />
      )}
    </Box>
  );
}

function amountOf({ done, total }: TableRow): string {
  return `${showCount(done)}/${showCount(total)}`;
}
