// Columns of text, aligned by the width that a terminal gives each character; or the same as sentences, for who hears them.
import stringWidth from 'string-width';

type Align = 'left' | 'right';

interface TextTable {
  /** Names of the columns; absent where the first of two columns is the name of the second. */
  readonly head?: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly aligns: readonly Align[];
  /** The last column may go where there is no room for it. */
  readonly isLastSpare?: boolean;
}

/** Of the last column, before a table becomes sentences. */
const LEAST_ROOM = 10;

/** How a table becomes lines. */
export type Layout = (table: TextTable) => string[];

export const inColumns: Layout = ({ head, rows, aligns }) =>
  tableLines(head === undefined ? rows : [head, ...rows], aligns);

/** For whoever looks at a terminal of `columns`, or at a file; or listens. */
export function layoutFor(isSpoken: boolean, columns: number | undefined): Layout {
  if (isSpoken) return inSentences;
  return columns === undefined ? inColumns : inColumnsOf(columns);
}

/** The same in at most `width` columns: a spare column goes, the last one is folded; where even that is too wide it is sentences. */
function inColumnsOf(width: number): Layout {
  const fitted: Layout = (table) => {
    const lines = inColumns(table);
    if (lines.every((line) => stringWidth(line) <= width)) return lines;
    const { head, rows, aligns, isLastSpare = false } = table;
    const cut = <T>(row: readonly T[]): readonly T[] => row.slice(0, -1);
    if (isLastSpare)
      return fitted({
        ...(head === undefined ? {} : { head: cut(head) }),
        rows: rows.map(cut),
        aligns: cut(aligns),
      });
    const all = head === undefined ? rows : [head, ...rows];
    const before = tableLines(
      all.map((row) => [...cut(row), '|']),
      aligns,
    );
    const indent = stringWidth(before[0] ?? '') - 1;
    if (width - indent < LEAST_ROOM) return inSentences(table).flatMap((line) => foldLine(line, width));
    return all.flatMap((row, index) => {
      const [first = '', ...more] = foldLine(row.at(-1) ?? '', width - indent, '');
      const own = (before[index] ?? '').slice(0, -1) + first;
      return [own.trimEnd(), ...more.map((line) => ' '.repeat(indent) + line)];
    });
  };
  return fitted;
}

/** Words over as many lines as they need. One that is wider than `width`, such as a path, stays whole, so that it can be copied. */
export function foldLine(line: string, width: number, indent = '  '): string[] {
  if (stringWidth(line) <= width) return [line];
  const left = /^ */.exec(line)?.[0] ?? '';
  const lines: string[] = [];
  for (const word of line.slice(left.length).split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && stringWidth(`${last} ${word}`) <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`${left}${last === undefined ? '' : indent}${word}`);
  }
  return lines;
}

/** One line a row: `step copy, state done, time 13.3 s`, or without a head `source: /srv/dev.db`. Empty cells are left out. */
export const inSentences: Layout = ({ head, rows }) =>
  rows.map((row) =>
    head === undefined
      ? row.join(': ')
      : row.flatMap((cell, column) => (cell === '' ? [] : [`${head[column] ?? ''} ${cell}`])).join(', '),
  );

/** One line a row, two spaces between columns, nothing behind the last. Cells may be painted. */
export function tableLines(rows: readonly (readonly string[])[], aligns: readonly Align[]): string[] {
  const widths = aligns.map((_, column) => Math.max(...rows.map((row) => stringWidth(row[column] ?? ''))));
  return rows.map((row) =>
    aligns
      .map((align, column) => pad(row[column] ?? '', widths[column] ?? 0, align))
      .join('  ')
      .trimEnd(),
  );
}

function pad(text: string, width: number, align: Align): string {
  const fill = ' '.repeat(Math.max(0, width - stringWidth(text)));
  return align === 'right' ? fill + text : text + fill;
}
