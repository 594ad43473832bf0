// Taking a run back: what will be undone and what is carried back, before it is agreed to; then each part as it is done.
import { isTakenBack } from '../../src/output/facts.js';
import { showCount, showRows } from '../../src/output/format.js';
import type { RunView } from '../../src/view.js';
import { BLANK, type Line, line, wrap } from '../lines.js';
import { glyphOf } from '../theme.js';
import { cutoverLines } from './cutover.js';
import { inFolder } from './ended.js';

/** What is asked before: `message` says how many rows are carried back or dropped. */
export function rollbackPlanLines(view: RunView, message: string, columns: number): Line[] {
  const copied = view.tables.filter(({ state }) => state !== 'left');
  const rows = copied.reduce((sum, { rowsDone }) => sum + rowsDone, 0);
  const isSwitched = view.steps.some(({ name, state }) => name === 'cutover' && state !== 'left');
  const dropped = `${showCount(copied.length)} tables with ${showRows(rows)} and the ledger go from ${view.target}`;
  return [
    line('Take the run back', { isBold: true, colour: 'red' }),
    ...wrap(message, columns, { isBold: true }),
    BLANK,
    line('What is undone', { isBold: true }),
    ...(isSwitched
      ? wrap('env files and the mode of the SQLite file are put back as they were', columns, {}, '  ')
      : []),
    ...wrap(dropped, columns, {}, '  '),
    line('What stays', { isBold: true }),
    ...wrap(`${view.folder}: ${inFolder(view)}`, columns, {}, '  '),
  ];
}

/** While it is done: the parts of the way back, and what has been undone, in the order in which it was: the newest step first. */
export function rollingBackLines(view: RunView, columns: number, nowMs: number): Line[] {
  const undone = view.steps.filter(isTakenBack).reverse();
  const hasParts = view.parts.length > 0;
  const isCounting = undone.length === 0 && !hasParts;
  return [
    line('Taking the run back', { isBold: true }),
    BLANK,
    ...(hasParts ? cutoverLines(view, columns, nowMs) : []),
    ...(hasParts && undone.length > 0 ? [BLANK] : []),
    ...undone.flatMap(({ name, summary }) =>
      wrap(`${name}: ${summary}`, columns, {}, `${glyphOf('done', nowMs).text} `),
    ),
    ...(isCounting ? [[glyphOf('running', nowMs), { text: ' looking at what there is to take back' }]] : []),
  ];
}
