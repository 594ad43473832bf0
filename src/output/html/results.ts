// What was measured and compared: steps, tables, queries, indexes.
import type { QueryView, RunView, StepView, TableView } from '../../view.js';
import { differentFirst, isTakenBack } from '../facts.js';
import { showCount, showDuration, showRows, showSize } from '../format.js';
import { inOrder, showFactor, verdictOf as queryVerdictOf } from '../query-table.js';
import { type Markup, NOTHING, markup } from './markup.js';
import { type Section, badge, barOf, factsOf, hashOf, tableOf } from './parts.js';

/** With the time of each as a bar beside the longest. */
export function stepsSection({ steps }: RunView): Section {
  const most = Math.max(0, ...steps.map(({ elapsedMs }) => elapsedMs));
  const total = steps.reduce((sum, { elapsedMs }) => sum + elapsedMs, 0);
  const rows = steps.map((step) => [
    step.name,
    stateOf(step),
    step.state === 'left' ? '' : showDuration(step.elapsedMs),
    step.state === 'left' ? '' : barOf(step.elapsedMs, most, 'step'),
    step.summary,
  ]);
  return {
    id: 'steps',
    title: 'Steps and their times',
    body: tableOf(
      'Steps and their times',
      [
        { name: 'step', kind: 'word' },
        { name: 'state', kind: 'word' },
        { name: 'time', kind: 'number' },
        { name: 'share' },
        { name: 'result' },
      ],
      [...rows, ['all', '', showDuration(total), '', '']],
    ),
  };
}

function stateOf(step: StepView): Markup {
  const { state } = step;
  if (isTakenBack(step)) return badge('plain', 'taken back');
  if (state === 'done') return badge('good', 'done');
  return badge(state === 'failed' ? 'bad' : 'plain', state);
}

/** Those that differ first. The digests are whole: they can be held against those of another report. */
export function tablesSection({ tables }: RunView): Section {
  const rows = differentFirst(tables).map((table) => {
    const isCompared = table.state === 'verified' || table.state === 'different';
    return [
      table.name,
      showCount(isCompared ? table.sourceRows : table.rows),
      isCompared ? showCount(table.targetRows) : '',
      showSize(table.bytes),
      verdictOf(table),
      digestsOf(table),
    ];
  });
  return {
    id: 'tables',
    title: 'Tables',
    body: tableOf(
      'Tables',
      [
        { name: 'table', kind: 'name' },
        { name: 'source rows', kind: 'number' },
        { name: 'target rows', kind: 'number' },
        { name: 'size', kind: 'number' },
        { name: 'verdict', kind: 'word' },
        { name: 'digest (SHA-256)' },
      ],
      rows,
    ),
  };
}

function verdictOf({ state, differences, quarantined }: TableView): Markup {
  const aside = quarantined === 0 ? NOTHING : markup`<br>${showCount(quarantined)} quarantined`;
  if (state === 'verified') return markup`${badge('good', 'equal')}${aside}`;
  if (state === 'different')
    return markup`${badge('bad', 'DIFFERENT')}<br>${showRows(differences)} differ${aside}`;
  return markup`${badge('plain', state === 'left' ? 'planned' : state)}<br>not compared${aside}`;
}

function digestsOf({ sourceDigest, targetDigest }: TableView): Markup {
  if (sourceDigest === targetDigest) return sourceDigest === '' ? NOTHING : hashOf(sourceDigest);
  return markup`source ${hashOf(sourceDigest)}<br>target ${hashOf(targetDigest)}`;
}

export function queriesSection({ queries }: RunView): Section {
  return {
    id: 'queries',
    title: "The application's queries",
    body: markup`<p>Before: on the snapshot, in SQLite. As sent: the application's own words, in PostgreSQL. Fast: the form that suits PostgreSQL best, where that is another one. Factor: before to the best. The bars of a query have a scale of their own.</p>
${tableOf(
  "The application's queries",
  [
    { name: 'query', kind: 'name' },
    { name: 'time' },
    { name: 'factor', kind: 'number' },
    { name: 'result', kind: 'word' },
    { name: 'plan', kind: 'name' },
  ],
  inOrder(queries).map(queryRow),
)}`,
  };
}

function queryRow(view: QueryView): (string | Markup)[] {
  const { query, caller = '', rows, index, plan, requiredFactor } = view;
  const { text, isProblem, isEqual } = queryVerdictOf(view);
  const lines = [...(plan?.indexes ?? (index === null ? [] : [index])), ...(plan?.reasons ?? [])];
  const required = requiredFactor === undefined ? '' : markup`<br>${requiredFactor} x required`;
  return [
    markup`${query}<br><small>${caller}</small>`,
    timesOf(view),
    markup`${showFactor(view)}${required}`,
    markup`${badge(isEqual ? (isProblem ? 'plain' : 'good') : 'bad', text)}<br>${showRows(rows)}`,
    markup`${lines.map((line) => markup`${line}<br>`)}`,
  ];
}

/** A bar for each form, between its name and its number. */
function timesOf({ sourceMs, targetMs, times }: QueryView): Markup {
  const fast = times?.fast;
  const after: readonly (readonly [string, number])[] =
    times === undefined
      ? [['after', targetMs]]
      : [['as sent', targetMs], ...(fast === undefined ? [] : [['fast', fast.ms] as const])];
  const most = Math.max(sourceMs, ...after.map(([, ms]) => ms));
  const bar = (name: string, ms: number, kind: 'before' | 'after'): Markup =>
    markup`<span>${name}</span> ${barOf(ms, most, kind)} <b>${showDuration(ms)}</b>
`;
  return markup`<div class="pair">${bar('before', sourceMs, 'before')}${after.map(([name, ms]) => bar(name, ms, 'after'))}</div>`;
}

export function indexesSection({ indexes }: RunView): Section {
  const bytes = indexes.reduce((sum, index) => sum + index.bytes, 0);
  const rows = indexes.map(({ table, index, definition, bytes: size, scans }) => [
    index,
    table,
    definition,
    showSize(size),
    showCount(scans),
  ]);
  return {
    id: 'indexes',
    title: 'Indexes',
    body: markup`<p>${showCount(indexes.length)} indexes, ${showSize(bytes)}. Scans are counted since each was made: by the comparison and by the queries above. An index of a partitioned table is the sum of those of its partitions.</p>
${tableOf(
  'Indexes',
  [
    { name: 'index', kind: 'name' },
    { name: 'table', kind: 'name' },
    { name: 'keys', kind: 'name' },
    { name: 'size', kind: 'number' },
    { name: 'scans', kind: 'number' },
  ],
  rows,
)}`,
  };
}

/** The parts of the switch-over, or of taking it back, with what each took. */
export function partsSection({ parts, downtime }: RunView): Section {
  const rows = parts.map(({ title, state, startedAt, endedAt }) => [
    title,
    badge(state === 'failed' ? 'bad' : state === 'done' ? 'good' : 'plain', state),
    startedAt === '' || endedAt === '' ? '' : showDuration(Date.parse(endedAt) - Date.parse(startedAt)),
  ]);
  const ms = downtime?.ms;
  return {
    id: 'switch-over',
    title: 'The switch-over',
    body: markup`${ms === undefined ? NOTHING : factsOf([['downtime', showDuration(ms)]])}
${tableOf(
  'Parts of the switch-over',
  [{ name: 'part' }, { name: 'state', kind: 'word' }, { name: 'time', kind: 'number' }],
  rows,
)}`,
  };
}
