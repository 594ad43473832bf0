// Rows on their way: all tables together, how fast over time, and a line for each table.
import { showCount, showSeconds } from '../../src/output/format.js';
import type { RunView } from '../../src/view.js';
import { type Line, type Piece, line, padText } from '../lines.js';
import { type Sample, ratesOf } from '../samples.js';
import { chooseRows, othersLine, type TableRow, tableRows } from '../shown-tables.js';
import { NARROW_COLUMNS, STATE_COLOURS, bar, graph } from '../theme.js';
import stringWidth from 'string-width';

/** All tables as one. */
export function overallLine(view: RunView, samples: readonly Sample[], columns: number): Line {
  const total = view.tables.reduce((sum, { rows }) => sum + rows, 0);
  const done = view.tables.reduce((sum, { rowsDone }) => sum + rowsDone, 0);
  const width = Math.floor(columns / 4);
  const all: Piece[] = [
    { text: 'all    ' },
    ...bar(done, total, width),
    { text: `  ${showCount(done)} of ${showCount(total)} rows` },
  ];
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || last.rows <= first.rows) return all;
  const leftMs = ((total - done) / (last.rows - first.rows)) * (last.atMs - first.atMs);
  return leftMs < 1000 ? all : [...all, { text: `, about ${showSeconds(leftMs)} left` }];
}

/** `rows/s ▂▅▇█ 51,000`, once there are two seconds to compare. */
export function rateLines(samples: readonly Sample[], columns: number): Line[] {
  const rates = ratesOf(samples, Math.max(1, columns - 30));
  const last = rates.at(-1);
  if (last === undefined) return [];
  return [[{ text: 'rows/s ' }, { text: graph(rates), colour: 'cyan' }, { text: ` ${showCount(last)}` }]];
}

const WORD_WIDTH = 9;
const RATE_WIDTH = 9;
const LEFT_WIDTH = 8;
const LEAST_NAME = 8;
const USUAL_NAME = 16;
const LEAST_BAR = 6;
const MOST_BAR = 12;
const GAP = 2;

/** A line for each table, at most `lines`; what has none is counted in the last one. */
export function tableProgressLines(view: RunView, columns: number, lines: number): Line[] {
  if (lines < 1) return [];
  const rows = tableRows(view);
  const shown = rows.length <= lines ? rows : chooseRows(rows, lines - 1);
  const others = othersLine(rows, shown);
  const widths = widthsFor(shown, columns);
  return [
    ...shown.map((row) => tableLine(row, widths)),
    ...(others === undefined ? [] : [line(others, { isDim: true })]),
  ];
}

/** Columns of each part; 0 where it has no room. */
interface Widths {
  readonly name: number;
  readonly amount: number;
  readonly bar: number;
  readonly rate: number;
  readonly left: number;
}

function widthsFor(rows: readonly TableRow[], columns: number): Widths {
  const name = Math.max(
    LEAST_NAME,
    ...rows.map((row) => stringWidth(padText(row.name, stringWidth(row.name)))),
  );
  const amount = Math.max(1, ...rows.map((row) => amountOf(row).length));
  const rate = columns < NARROW_COLUMNS ? 0 : RATE_WIDTH;
  const spareFor = (used: number): number => columns - WORD_WIDTH - amount - 3 * GAP - rate - used;
  const left =
    spareFor(LEFT_WIDTH + GAP + Math.min(name, USUAL_NAME) + LEAST_BAR + GAP) >= 0 ? LEFT_WIDTH + GAP : 0;
  const spare = spareFor(left) - Math.min(name, USUAL_NAME) - GAP;
  const barWidth = spare < LEAST_BAR ? 0 : Math.min(MOST_BAR, spare);
  const room = spareFor(left) - (barWidth === 0 ? 0 : barWidth + GAP);
  return { name: Math.max(1, Math.min(name, room)), amount, bar: barWidth, rate, left };
}

function tableLine({ name, word, done, total, rate }: TableRow, widths: Widths): Line {
  const gap: Piece = { text: ' '.repeat(GAP) };
  const leftMs =
    rate === undefined || rate <= 0 || done >= total ? undefined : ((total - done) / rate) * 1000;
  return [
    { text: padText(name, widths.name) },
    gap,
    {
      text: padText(word, WORD_WIDTH),
      colour: STATE_COLOURS[word],
      isDim: word === 'left' || word === 'copied',
    },
    gap,
    { text: padText(amountOf({ done, total }), widths.amount, 'right') },
    ...(widths.bar === 0 ? [] : [gap, ...bar(done, total, widths.bar)]),
    ...(widths.rate === 0
      ? []
      : [gap, { text: padText(rate === undefined ? '' : `${showCount(rate)}/s`, widths.rate, 'right') }]),
    ...(widths.left === 0 || leftMs === undefined
      ? []
      : [gap, { text: padText(showSeconds(leftMs), widths.left - GAP, 'right') }]),
  ];
}

function amountOf({ done, total }: Pick<TableRow, 'done' | 'total'>): string {
  return `${showCount(done)}/${showCount(total)}`;
}
