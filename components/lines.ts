// A screen as lines of pieces of text. Widths are those on the terminal, so nothing ever wraps, and a screen's height is known before it
// is drawn. Data is escaped here, once, so that nothing in it can steer the terminal.
import stringWidth from 'string-width';
import { safe } from '../src/output/findings.js';

export type Colour = 'red' | 'green' | 'yellow' | 'cyan';

export interface Piece {
  readonly text: string;
  readonly colour?: Colour | undefined;
  readonly isBold?: boolean;
  readonly isDim?: boolean;
  /** Its text, of one column, stands for something that turns: the sign of life where nothing else moves. */
  readonly isTurning?: boolean;
}

export type Line = readonly Piece[];
export type Style = Omit<Piece, 'text'>;

export const BLANK: Line = [];

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** One line of one style. */
export function line(text: string, style: Style = {}): Line {
  return [{ text, ...style }];
}

/** Columns of a line. */
export function widthOf(pieces: Line): number {
  return pieces.reduce((sum, { text }) => sum + stringWidth(text), 0);
}

/** `text` of at most `width` columns, with an ellipsis for what is missing. */
export function cutText(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  if (width < 1) return '';
  let [cut, used] = ['', 0];
  for (const { segment } of GRAPHEMES.segment(text)) {
    const more = stringWidth(segment);
    if (used + more > width - 1) break;
    cut += segment;
    used += more;
  }
  return `${cut}…`;
}

/** The first `width` columns of `text`, escaped. */
export function beginningOf(text: string, width: number): string {
  return upTo(width, segmentsOf(text)).join('');
}

/** The last `width` columns of `text`, escaped. */
export function endOf(text: string, width: number): string {
  return upTo(width, segmentsOf(text).reverse()).reverse().join('');
}

function segmentsOf(text: string): string[] {
  return [...GRAPHEMES.segment(safe(text))].map(({ segment }) => segment);
}

function upTo(width: number, segments: readonly string[]): string[] {
  let used = 0;
  const end = segments.findIndex((segment) => (used += stringWidth(segment)) > width);
  return segments.slice(0, end === -1 ? undefined : end);
}

/** The line cut to `width` columns, its data escaped. */
export function fitLine(pieces: Line, width: number): Line {
  let left = width;
  const fitted: Piece[] = [];
  for (const piece of pieces) {
    if (left <= 0) break;
    const text = cutText(safe(piece.text), left);
    fitted.push({ ...piece, text });
    left -= stringWidth(text);
    if (text.endsWith('…') && !piece.text.endsWith('…')) break;
  }
  return fitted;
}

/** `text` in exactly `width` columns. */
export function padText(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const cut = cutText(safe(text), width);
  const fill = ' '.repeat(Math.max(0, width - stringWidth(cut)));
  return align === 'right' ? fill + cut : cut + fill;
}

/** Two pieces of a line, one at each end of it; the left one gives way. */
export function spread(left: Line, right: Piece, columns: number): Line {
  const room = columns - stringWidth(right.text) - 1;
  if (room < 10) return fitLine(left, columns);
  const fitted = fitLine(left, room);
  return [...fitted, { text: ' '.repeat(room - widthOf(fitted) + 1) }, right];
}

/** Words over as many lines as they need, each begun by `first` or as many spaces. */
export function wrap(text: string, columns: number, style: Style = {}, first = ''): Line[] {
  const indent = stringWidth(first);
  const room = Math.max(8, columns - indent);
  const rows: string[] = [];
  // The sign of a changed line stays with it.
  for (const word of safe(text).split(/(?<! [-+]) /)) {
    const last = rows.at(-1);
    if (last !== undefined && stringWidth(last) + 1 + stringWidth(word) <= room)
      rows[rows.length - 1] = `${last} ${word}`;
    else rows.push(...broken(word, room));
  }
  return rows.map((row, index) => line(`${index === 0 ? first : ' '.repeat(indent)}${row}`, style));
}

/** A word that is longer than a line must not lose its end: it may be a path to type. */
function broken(word: string, room: number): string[] {
  const rows = [''];
  let used = 0;
  for (const { segment } of GRAPHEMES.segment(word)) {
    const more = stringWidth(segment);
    if (used + more > room) {
      rows.push('');
      used = 0;
    }
    rows[rows.length - 1] = `${rows.at(-1) ?? ''}${segment}`;
    used += more;
  }
  return rows;
}

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Columns it gives up before others; it is cut then. */
  readonly isFlexible?: boolean;
}

/** Of a name, before the last columns go. */
const LEAST_NAME = 16;

/** Rows under their titles, as wide as they need to be; where that is too wide, the flexible column is cut, then the last ones go. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly Piece[])[],
  width: number,
): Line[] {
  const count = columns.length;
  const widths = columns.map(({ title }, index) =>
    Math.max(stringWidth(title), ...rows.map((row) => stringWidth(safe(row[index]?.text ?? '')))),
  );
  const total = (list: readonly number[]): number => list.reduce((sum, own) => sum + own + 2, -2);
  const flexible = columns.findIndex(({ isFlexible }) => isFlexible === true);
  const shown = [...widths];
  const least = Math.min(LEAST_NAME, shown[flexible] ?? 0);
  while (shown.length > 2 && total(shown) - (shown[flexible] ?? 0) + least > width) shown.pop();
  const excess = total(shown) - width;
  if (excess > 0 && flexible !== -1) shown[flexible] = Math.max(1, (shown[flexible] ?? 0) - excess);
  const show = (row: readonly Piece[]): Line =>
    shown.flatMap((own, index): Piece[] => {
      const piece = row[index] ?? { text: '' };
      const text = padText(piece.text, own, columns[index]?.align);
      return index === 0 ? [{ ...piece, text }] : [{ text: '  ' }, { ...piece, text }];
    });
  const head = columns.slice(0, count).map(({ title }): Piece => ({ text: title, isDim: true }));
  return [head, ...rows].map(show);
}
