// The head of the page: how the run ended, its numbers, what was moved from where to where, and what is to be done.
import type { RunView, TableView } from '../../view.js';
import { downtimeText } from '../facts.js';
import { showCount, showDuration, showMoment, showRows, showSize } from '../format.js';
import { type Markup, NOTHING, markup } from './markup.js';
import { type Section, factsOf, listOf } from './parts.js';

type Kind = 'good' | 'bad' | 'warn' | 'plain';

/** How it ended, in a word that needs no colour. */
function endingOf({ outcome, exitCode, dryRun }: RunView): { kind: Kind; sign: string; text: string } {
  switch (outcome) {
    case 'running':
      return { kind: 'plain', sign: '…', text: 'Running' };
    case 'failed':
      return { kind: 'bad', sign: '✗', text: 'Failed' };
    case 'rolled-back':
      return { kind: 'plain', sign: '↩', text: 'Taken back' };
    case 'completed':
      if (exitCode !== 0) return { kind: 'warn', sign: '!', text: 'Done, but not all of it' };
      return dryRun
        ? { kind: 'plain', sign: '✓', text: 'Dry run: nothing has been written' }
        : { kind: 'good', sign: '✓', text: 'Done and verified' };
  }
}

/** Heading, outcome and numbers. */
export function headOf(view: RunView): Markup {
  const { kind, sign, text } = endingOf(view);
  const exit = view.exitCode === undefined ? '' : ` (exit ${view.exitCode})`;
  return markup`<header>
<p class="kind">Migration report</p>
<h1>${view.plan === '' ? 'A run that has not begun' : view.plan}: SQLite to PostgreSQL</h1>
<div class="outcome ${kind}">
<p class="ending"><span aria-hidden="true">${sign}</span> ${text}${exit}</p>
${messageOf(view)}
</div>
<dl class="numbers">
${numbersOf(view).map(
  ([name, value, more]) =>
    markup`<div><dt>${name}</dt><dd>${value}</dd><dd class="more">${more}</dd></div>
`,
)}</dl>
</header>
`;
}

function messageOf(view: RunView): Markup {
  const lines = view.message.split('\n').filter((line) => line !== '');
  if (lines.length === 0 && view.question !== undefined)
    return markup`<p>It asks: ${view.question.message}</p>`;
  return markup`${lines.map((line) => markup`<p>${line}</p>`)}`;
}

function numbersOf(view: RunView): (readonly [name: string, value: string, more: string])[] {
  const { tables, steps, downtime } = view;
  const copied = tables.reduce((sum, table) => sum + table.rows, 0);
  // What the switch-over has brought over since counts too, as in the table below.
  const rows = tables.reduce((sum, table) => sum + (isCompared(table) ? table.sourceRows : table.rows), 0);
  const bytes = tables.reduce((sum, table) => sum + table.bytes, 0);
  const elapsedMs = steps.reduce((sum, step) => sum + step.elapsedMs, 0);
  const count = `in ${showCount(tables.length)} ${tables.length === 1 ? 'table' : 'tables'}`;
  return [
    [
      'Rows',
      showCount(rows),
      copied === rows ? `${count}, ${showSize(bytes)}` : `${count}; ${showCount(copied)} were copied`,
    ],
    comparisonOf(view),
    [
      'Downtime',
      downtime === undefined ? 'none' : downtime.ms === undefined ? 'not over' : showDuration(downtime.ms),
      downtime === undefined ? 'the application was not stopped' : 'of the application',
    ],
    ['Time', showDuration(elapsedMs), `in ${steps.length} steps`],
  ];
}

function isCompared({ state }: TableView): boolean {
  return state === 'verified' || state === 'different';
}

/** What the comparison of every value has found so far. */
function comparisonOf({ tables }: RunView): readonly [string, string, string] {
  const compared = tables.filter(isCompared);
  const differences = tables.reduce((sum, table) => sum + table.differences, 0);
  const quarantined = tables.reduce((sum, table) => sum + table.quarantined, 0);
  const aside = quarantined === 0 ? '' : `, ${showRows(quarantined)} set aside`;
  if (compared.some(({ state }) => state === 'different'))
    return ['Comparison', 'DIFFERENT', `${showRows(differences)} differ${aside}`];
  if (compared.length === 0) return ['Comparison', 'none', `no table has been compared${aside}`];
  const rest = tables.length - compared.length;
  const more = rest === 0 ? 'every value, on both sides' : `${showCount(rest)} not compared`;
  return ['Comparison', 'equal', `${more}${aside}`];
}

/** What to do about a run that did not end well; NOTHING where there is nothing to be done. */
export function remediesOf({ remedies }: RunView): Markup {
  if (remedies.length === 0) return NOTHING;
  return markup`<section class="todo" id="todo" aria-labelledby="todo-title">
<h2 id="todo-title">What to do</h2>
${listOf(remedies)}
</section>
`;
}

export function runSection(view: RunView): Section {
  const { run, startedAt, lastAt, resumed, dryRun, plan, source, target, folder } = view;
  const downtime = downtimeText(view);
  return {
    id: 'run',
    title: 'What was moved',
    body: factsOf([
      ['run', `${run}${dryRun ? ' (dry run: nothing is written)' : ''}`],
      ['plan', plan],
      ['source', source],
      ['target', target],
      ['started', startedAt === '' ? '' : `${showMoment(startedAt)}${resumed ? ', resumed' : ''}`],
      ['as of', lastAt === '' ? '' : showMoment(lastAt)],
      ...(downtime === undefined ? [] : [['downtime', downtime] as const]),
      ...(folder === '' ? [] : [['folder', folder] as const]),
    ]),
  };
}
