// What is going to be done, with numbers, before anything is written: tables, time, what changes, and what the checks want to be known.
import { planEstimate } from '../../src/output/estimate.js';
import { showCount, showRows, showSize } from '../../src/output/format.js';
import type { RunView } from '../../src/view.js';
import { BLANK, type Line, type Piece, line, table, wrap } from '../lines.js';
import { findingGroups } from './findings.js';

/** What the switch-over will change, as preflight has found it. */
const CHANGES = ['services-known', 'env-file', 'application-answers'];
const LEAST_TABLES = 3;

/** The largest tables first, as many as fit into `lines` with all the rest. */
export function planLines(view: RunView, columns: number, lines: number): Line[] {
  const warnings = view.findings.filter(({ severity }) => severity === 'warning');
  const changes = view.findings.filter(({ code, severity }) => CHANGES.includes(code) && severity === 'ok');
  const added = view.findings.filter(({ code }) => code === 'module');
  const rest = [
    ...wrap(planEstimate(view), columns),
    ...(changes.length === 0
      ? wrap('Services and env files stay as they are.', columns)
      : [
          line('What the switch-over changes', { isBold: true }),
          ...changes.flatMap(({ message }) => wrap(message, columns, {}, '  ')),
        ]),
    ...(added.length === 0
      ? []
      : [
          line('What is also made', { isBold: true }),
          ...added.flatMap(({ message }) => wrap(message, columns, {}, '  ')),
        ]),
    ...findingGroups(warnings, columns),
  ];
  const room = Math.max(LEAST_TABLES, lines - rest.length - 1);
  return [...plannedTables(view, columns, room), BLANK, ...rest];
}

function plannedTables({ tables }: RunView, columns: number, lines: number): Line[] {
  const sorted = [...tables].sort((a, b) => b.bytes - a.bytes);
  const shown = sorted.length <= lines - 1 ? sorted : sorted.slice(0, Math.max(1, lines - 2));
  const hidden = sorted.slice(shown.length);
  const rows = shown.map(({ name, rows: count, bytes }): Piece[] => [
    { text: name },
    { text: showCount(count) },
    { text: showSize(bytes) },
  ]);
  const columnsOf = [
    { title: 'table', isFlexible: true },
    { title: 'rows', align: 'right' as const },
    { title: 'size', align: 'right' as const },
  ];
  return [
    ...table(columnsOf, rows, columns),
    ...(hidden.length === 0
      ? []
      : [
          line(
            `${showCount(hidden.length)} more with ${showRows(hidden.reduce((sum, own) => sum + own.rows, 0))}`,
            { isDim: true },
          ),
        ]),
  ];
}
