// What the comparison has found so far: a line for each table with both sides, what differs, and the application's own queries.
import { showCount } from '../../src/output/format.js';
import type { RunView, TableView } from '../../src/view.js';
import { BLANK, type Line, type Piece, line, table } from '../lines.js';
import { tableRows } from '../shown-tables.js';
import { STATE_COLOURS } from '../theme.js';
import { findingGroups } from './findings.js';
import { queryLines } from './queries.js';

const DIGEST_LENGTH = 12;
const MOST_DIFFERENCES = 10;

/** Tables that differ first, then those in work; at most `lines` in all. */
export function verifyLines(view: RunView, columns: number, lines: number): Line[] {
  const queries = queryLines(view, columns);
  const room = Math.max(3, lines - (queries.length === 0 ? 0 : queries.length + 1));
  const differences = view.findings
    .filter(({ step, severity }) => (step === 'verify' || step === 'cutover') && severity === 'error')
    .slice(0, MOST_DIFFERENCES);
  const found = differences.length === 0 ? [] : [BLANK, ...findingGroups(differences, columns)];
  return [
    ...tableLines(view, columns, Math.max(3, room - found.length)),
    ...found,
    ...(queries.length === 0 ? [] : [BLANK, ...queries]),
  ];
}

function tableLines(view: RunView, columns: number, lines: number): Line[] {
  const working = tableRows(view);
  const rank = ({ name, state }: TableView): number => {
    if (state === 'different') return 0;
    return working.some((row) => row.name === name && row.word === 'comparing') ? 1 : 2;
  };
  const sorted = [...view.tables].sort((a, b) => rank(a) - rank(b));
  const shown = sorted.length <= lines - 1 ? sorted : sorted.slice(0, lines - 2);
  const rows = shown.map((own) => {
    const word = working.find(({ name }) => name === own.name)?.word ?? 'left';
    return tableRow(
      own,
      word === 'copied' || word === 'left' ? 'to do' : word === 'verified' ? 'equal' : word,
    );
  });
  const columnsOf = [
    { title: 'table', isFlexible: true },
    { title: 'source rows', align: 'right' as const },
    { title: 'target rows', align: 'right' as const },
    { title: 'verdict  ' },
    { title: 'digest' },
  ];
  const hidden = sorted.length - shown.length;
  return [
    ...table(columnsOf, rows, columns),
    ...(hidden === 0 ? [] : [line(`${showCount(hidden)} more tables`, { isDim: true })]),
  ];
}

function tableRow(
  { name, state, rows, sourceRows, targetRows, sourceDigest, quarantined }: TableView,
  word: string,
): Piece[] {
  const isCompared = state === 'verified' || state === 'different';
  const aside = quarantined === 0 ? '' : `, ${showCount(quarantined)} set aside`;
  return [
    { text: name },
    { text: showCount(isCompared ? sourceRows : rows) },
    { text: isCompared ? showCount(targetRows) : '' },
    { text: `${word}${aside}`, colour: STATE_COLOURS[word], isDim: word === 'to do' },
    { text: isCompared ? sourceDigest.slice(0, DIGEST_LENGTH) : '', isDim: true },
  ];
}
