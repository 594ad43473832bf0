// What the checks found, errors first, and what was noticed on the way.
import type { Finding } from '../../events.js';
import type { RunView } from '../../view.js';
import { showCount, showRows } from '../format.js';
import { type Markup, NOTHING, markup } from './markup.js';
import { type Section, badge, listOf, tableOf } from './parts.js';

type FoundIn = RunView['findings'][number];

const BAD = [
  ['error', 'bad'],
  ['warning', 'warn'],
  ['info', 'plain'],
] as const satisfies readonly (readonly [Finding['severity'], 'bad' | 'warn' | 'plain'])[];

export function findingsSection({ findings }: RunView): Section {
  const good = findings.filter(({ severity }) => severity === 'ok');
  const others = BAD.flatMap(([severity, kind]) =>
    findings.filter((finding) => finding.severity === severity).map((finding) => findingOf(finding, kind)),
  );
  const passed = markup`<h3>Checks that found nothing wrong: ${showCount(good.length)}</h3>
${tableOf(
  'Checks that found nothing wrong',
  [{ name: 'step', kind: 'word' }, { name: 'check', kind: 'name' }, { name: 'finding' }],
  good.map(({ step, code, message }) => [step, code, message]),
)}`;
  return {
    id: 'findings',
    title: 'Findings',
    body: markup`${others}${good.length === 0 ? NOTHING : passed}`,
  };
}

function findingOf(finding: FoundIn, kind: 'bad' | 'warn' | 'plain'): Markup {
  const { step, severity, code, message, count, table, column, examples = [], remedies } = finding;
  const place = [
    step,
    code,
    ...(table === undefined ? [] : [column === undefined ? table : `${table}.${column}`]),
  ];
  const rows = count === undefined ? '' : ` (${showRows(count)})`;
  return markup`<article class="finding ${kind}">
<p>${badge(kind, severity)} <strong>${message}${rows}</strong></p>
<p class="place">${place.join(' · ')}</p>
${examples.length === 0 ? NOTHING : examplesOf(examples)}${remedies.length === 0 ? NOTHING : markup`<p>What to do:</p>${listOf(remedies)}`}
</article>
`;
}

function examplesOf(examples: NonNullable<Finding['examples']>): Markup {
  return tableOf(
    'Examples',
    [{ name: 'key', kind: 'name' }, { name: 'value' }],
    examples.map(({ key, value }) => [key, markup`<code>${value}</code>`]),
  );
}

export function noticesSection({ notices }: RunView): Section {
  return { id: 'notices', title: 'Notices', body: listOf(notices) };
}
