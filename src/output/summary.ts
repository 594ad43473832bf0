// The end of a run on one page, for the terminal and for the report: steps, tables, queries, and where everything is.
import { join } from 'node:path';
import { FILES } from '../run/folder.js';
import type { RunView, StepView, TableView } from '../view.js';
import { differentFirst, downtimeText, isTakenBack } from './facts.js';
import { isWanted } from './failure.js';
import { inOneLine, safe } from './findings.js';
import { showCount, showDuration, showMoment, showRows } from './format.js';
import type { Paint } from './paint.js';
import { querySection } from './query-table.js';
import { type Layout, inColumns } from './text-table.js';

const DIGEST_LENGTH = 12;

/** Lines of the whole page; the parts of which nothing is known yet are left out. */
export function summaryLines(view: RunView, paint: Paint, layout: Layout = inColumns): string[] {
  return [
    ...headLines(view, paint, layout),
    ...section(stepLines(view.steps, paint, layout)),
    // What was compared is no longer there.
    ...(view.outcome === 'rolled-back'
      ? section(droppedSection(view, paint, layout))
      : [
          ...section(tableSection(shownTables(view), paint, layout)),
          ...section(querySection(view.queries, paint, layout)),
        ]),
    ...section(placeLines(view, layout)),
  ];
}

function section(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', ...lines];
}

/** What was moved from where to where, when, and how it ended; `more` rows come last. */
export function headLines(
  view: RunView,
  paint: Paint,
  layout: Layout = inColumns,
  more: readonly (readonly string[])[] = [],
): string[] {
  const downtime = downtimeText(view);
  const rows = [
    ['run', `${view.run}${view.dryRun ? ' (dry run: nothing is written)' : ''}`],
    ['started', `${showMoment(view.startedAt)}${view.resumed ? ', resumed' : ''}`],
    ['plan', view.plan],
    ['source', safe(view.source)],
    ['target', safe(view.target)],
    ['outcome', outcomeOf(view, paint)],
    ...(downtime === undefined ? [] : [['downtime', downtime]]),
    ...more,
  ];
  return layout({ rows, aligns: ['left', 'left'] });
}

/** The outcome once more, for the end of a page on which it has scrolled away. */
export function verdictLine(view: RunView, paint: Paint): string {
  return outcomeOf(view, paint, verdictWord(view));
}

/** A dry run says in its own sentence that it is one. */
function verdictWord({ outcome, exitCode, dryRun }: RunView): string {
  if (outcome !== 'completed') return outcome;
  if (exitCode !== 0) return 'done, but not all of it';
  return dryRun ? '' : 'done and verified';
}

/** `completed: 4 tables, …`, in a word that needs no colour. */
function outcomeOf(view: RunView, paint: Paint, word: string = view.outcome): string {
  const exit = view.exitCode === undefined ? '' : ` (exit ${view.exitCode})`;
  const [first = ''] = view.message.split('\n');
  // What the person wanted is no failure.
  if (isWanted(view.code)) return paint('yellow', `${safe(first)}${exit}`);
  const text = `${[word, safe(first)].filter((part) => part !== '').join(': ')}${exit}`;
  if (view.outcome === 'running') return text;
  return paint(view.exitCode === 0 ? 'green' : 'red', text);
}

function stepLines(steps: readonly StepView[], paint: Paint, layout: Layout): string[] {
  if (steps.length === 0) return [];
  const total = steps.reduce((sum, step) => sum + step.elapsedMs, 0);
  const rows = steps.map((step) => {
    const time = step.state === 'left' ? '' : showDuration(step.elapsedMs);
    const state = isTakenBack(step) ? paint('yellow', 'taken back') : showState(step.state, paint);
    return [step.name, state, time, safe(inOneLine(step.summary))];
  });
  const head = ['step', 'state', 'time', 'result'].map((text) => paint('bold', text));
  return layout({
    head,
    rows: [...rows, ['all', '', showDuration(total), '']],
    aligns: ['left', 'left', 'right', 'left'],
  });
}

export function showState(state: StepView['state'], paint: Paint): string {
  if (state === 'failed') return paint('red', state);
  if (state === 'stopped') return paint('yellow', state);
  return state === 'done' ? paint('green', state) : state;
}

/** What was only planned is no result, but all that a dry run has. */
function shownTables({ tables, dryRun }: RunView): readonly TableView[] {
  return dryRun ? tables : tables.filter(({ state }) => state !== 'left');
}

/** What the run had made in the target, of which nothing is left. */
function droppedSection(view: RunView, paint: Paint, layout: Layout): string[] {
  const made = shownTables(view);
  if (made.length === 0) return [];
  return layout({
    head: ['table', 'rows', 'in the target'].map((text) => paint('bold', text)),
    rows: made.map(({ name, rowsDone }) => [safe(name), showCount(rowsDone), 'dropped']),
    aligns: ['left', 'right', 'left'],
  });
}

function tableSection(tables: readonly TableView[], paint: Paint, layout: Layout): string[] {
  if (tables.length === 0) return [];
  const head = ['table', 'source rows', 'target rows', 'digest', 'verdict'].map((text) =>
    paint('bold', text),
  );

  const rows = differentFirst(tables).map((table) => {
    const isCompared = table.state === 'verified' || table.state === 'different';
    return [
      safe(table.name),
      showCount(isCompared ? table.sourceRows : table.rows),
      isCompared ? showCount(table.targetRows) : '',
      table.sourceDigest.slice(0, DIGEST_LENGTH),
      verdictOf(table, paint),
    ];
  });
  return layout({ head, rows, aligns: ['left', 'right', 'right', 'left', 'left'] });
}

function verdictOf(table: TableView, paint: Paint): string {
  const quarantined = table.quarantined === 0 ? '' : `, ${showCount(table.quarantined)} quarantined`;
  if (table.state === 'verified') return `${paint('green', 'equal')}${quarantined}`;
  // Of a dry run, which shows nothing else.
  if (table.state === 'left') return 'planned';
  if (table.state !== 'different') return `${table.state}, not compared${quarantined}`;
  const other = table.targetDigest.slice(0, DIGEST_LENGTH);
  return `${paint('red', 'DIFFERENT')}: ${showRows(table.differences)}, target ${other}${quarantined}`;
}

function placeLines(view: RunView, layout: Layout): string[] {
  if (view.folder === '' || view.dryRun) return [];
  const isDone = (name: StepView['name']): boolean =>
    view.steps.some((step) => step.name === name && step.state === 'done');
  const rows = [
    ...(isDone('backup') ? [['snapshot', join(view.folder, FILES.snapshot)]] : []),
    ...(isDone('dump') ? [['dump', join(view.folder, FILES.dump)]] : []),
    ['log', view.log],
    ['report', join(view.folder, 'report.txt')],
  ];
  return layout({ rows: rows.map((row) => row.map(safe)), aligns: ['left', 'left'] });
}
