// The end of a run: that it is done, with its numbers and where everything is; or what failed, why, what to type, and where the log is.
import { showCount, showDuration, showRows, showSize } from '../../src/output/format.js';
import type { RunView } from '../../src/view.js';
import { BLANK, type Line, line, wrap } from '../lines.js';
import { downtimeLine } from './cutover.js';
import { findingGroups } from './findings.js';
import { queryLines } from './queries.js';

/** By the outcome in the view. */
export function endedLines(view: RunView, columns: number): Line[] {
  return view.outcome === 'failed' ? failedLines(view, columns) : doneLines(view, columns);
}

function doneLines(view: RunView, columns: number): Line[] {
  const { message, exitCode, totals, steps, folder } = view;
  const isClean = exitCode === 0;
  const elapsedMs = steps.reduce((sum, step) => sum + step.elapsedMs, 0);
  const aside = totals.quarantined === 0 ? '' : `, ${showCount(totals.quarantined)} set aside`;
  const queries = queryLines(view, columns);
  return [
    ...wrap(message, columns, { isBold: true, colour: isClean ? 'green' : 'yellow' }, isClean ? '✓ ' : '! '),
    line(
      `${showRows(totals.rows)}, ${showSize(totals.bytes)} in ${showCount(totals.tables)} tables${aside}, in ${showDuration(elapsedMs)}`,
    ),
    ...(view.downtime === undefined ? [] : [downtimeLine(view, 0)]),
    ...(queries.length === 0 ? [] : [BLANK, ...queries]),
    BLANK,
    ...wrap(folder, columns, {}, `${inFolder(view)}: `),
  ];
}

/** What lies in the run's folder; a dump only where one was made. */
export function inFolder({ steps }: RunView): string {
  const hasDump = steps.some(({ name, state }) => name === 'dump' && state === 'done');
  return hasDump ? 'report, log, snapshot and dump' : 'report, log and snapshot';
}

function failedLines(view: RunView, columns: number): Line[] {
  const { message, remedies, log, exitCode, code, findings } = view;
  const [first = '', ...more] = message.split('\n');
  const errors = findings.filter(({ severity }) => severity === 'error');
  const said = new Set(errors.flatMap((finding) => finding.remedies));
  const others = remedies.filter((remedy) => !said.has(remedy));
  return [
    ...wrap(first, columns, { isBold: true, colour: 'red' }, '✗ '),
    ...more.flatMap((text) => wrap(text, columns, {}, '  ')),
    ...findingGroups(errors, columns),
    ...(others.length === 0 ? [] : [line('What to do', { isBold: true })]),
    ...others.flatMap((remedy) => wrap(remedy, columns, { isBold: true }, '  > ')),
    ...(log === '' ? [] : wrap(log, columns, { isDim: true }, 'log: ')),
    line(`${code === '' ? '' : `${code}, `}exit ${exitCode ?? '?'}`, { isDim: true }),
  ];
}
