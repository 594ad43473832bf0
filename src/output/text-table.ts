// Columns of text, aligned by the width that a terminal gives each character; or the same as sentences, for who hears them.
import stringWidth from 'string-width';

type Align = 'left' | 'right';

interface TextTable {
  /** Names of the columns; absent where the first of two columns is the name of the second. */
  readonly head?: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly aligns: readonly Align[];
}

/** How a table becomes lines. */
export type Layout = (table: TextTable) => string[];

export const inColumns: Layout = ({ head, rows, aligns }) =>
  tableLines(head === undefined ? rows : [head, ...rows], aligns);

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
