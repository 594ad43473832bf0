// Every table with its state, rows, rate and digest: the one in work first, then those that differ. As many as there are, to be scrolled.
import { showCount } from '../../src/output/format.js';
import type { RunView } from '../../src/view.js';
import { type Piece, table } from '../lines.js';
import type { Body } from '../long-body.js';
import { type TableRow, rankOf, tableRows } from '../shown-tables.js';
import { STATE_COLOURS } from '../theme.js';

const DIGEST_LENGTH = 12;

/** The titles stay above. */
export function tablesBody(view: RunView, columns: number): Body {
  const digests = new Map(view.tables.map(({ name, sourceDigest }) => [name, sourceDigest]));
  const sorted = [...tableRows(view)].sort((a, b) => rankOf(a) - rankOf(b));
  const columnsOf = [
    { title: `${showCount(sorted.length)} tables`, isFlexible: true },
    { title: 'state' },
    { title: 'rows', align: 'right' as const },
    { title: 'of', align: 'right' as const },
    { title: 'rows/s', align: 'right' as const },
    { title: 'digest' },
  ];
  const [titles = [], ...lines] = table(
    columnsOf,
    sorted.map((row) => piecesOf(row, digests.get(row.name) ?? '')),
    columns,
  );
  return { top: [titles], lines, isFromEnd: false };
}

function piecesOf({ name, word, done, total, rate }: TableRow, digest: string): Piece[] {
  return [
    { text: name },
    { text: word, colour: STATE_COLOURS[word], isDim: word === 'left' },
    { text: showCount(done) },
    { text: showCount(total) },
    { text: rate === undefined ? '' : showCount(rate) },
    { text: digest.slice(0, DIGEST_LENGTH), isDim: true },
  ];
}
