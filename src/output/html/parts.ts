// What the page is made of: sections, tables, lists of names and values, bars.
import { type Markup, NOTHING, markup } from './markup.js';

/** `id` is also where the list of contents leads to. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Markup;
}

interface Column {
  readonly name: string;
  /** A `number` stands on the right and a `word` is short: neither is broken. A `name` may be long, and breaks anywhere. */
  readonly kind?: 'number' | 'word' | 'name';
}

/** A cell of its own look is markup. */
type Cell = string | Markup;

/** A section with its heading, which also names the tables in it. */
export function sectionOf({ id, title, body }: Section): Markup {
  return markup`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${body}
</section>
`;
}

/** The first cell of a row names it. On a narrow screen each cell stands below its column's name. */
export function tableOf(
  label: string,
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
): Markup {
  const head = columns.map(({ name, kind }) => markup`<th scope="col"${classOf(kind)}>${name}</th>`);
  return markup`<table aria-label="${label}">
<thead><tr>${head}</tr></thead>
<tbody>
${rows.map(
  (cells) => markup`<tr>${cells.map((cell, index) => cellOf(cell, columns[index], index === 0))}</tr>
`,
)}</tbody>
</table>`;
}

function cellOf(cell: Cell, column: Column | undefined, isFirst: boolean): Markup {
  if (isFirst) return markup`<th scope="row"${classOf(column?.kind)}>${cell}</th>`;
  return markup`<td data-label="${column?.name ?? ''}"${classOf(column?.kind)}>${cell}</td>`;
}

function classOf(kind: Column['kind']): Markup {
  return kind === undefined ? NOTHING : markup` class="${kind}"`;
}

/** Names and what they stand for. */
export function factsOf(rows: readonly (readonly [name: string, value: Cell])[]): Markup {
  return markup`<dl class="facts">
${rows.map(
  ([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>
`,
)}</dl>`;
}

/** Lines to type or to read, one below the other; nothing for none. */
export function listOf(lines: readonly string[]): Markup {
  return lines.length === 0 ? NOTHING : markup`<ul>${lines.map((line) => markup`<li>${line}</li>`)}</ul>`;
}

/** Thin enough to be short, wide enough to be seen. */
const LEAST_PERCENT = 0.5;

/** How long `value` is beside `most`; who cannot see it reads the number beside it. */
export function barOf(value: number, most: number, kind: 'before' | 'after' | 'step'): Markup {
  const percent = most <= 0 ? LEAST_PERCENT : Math.max(LEAST_PERCENT, (value / most) * 100);
  return markup`<svg class="bar" aria-hidden="true" focusable="false"><rect class="${kind}" width="${percent.toFixed(1)}%" height="100%"/></svg>`;
}

/** A word about how something went, told apart by its sign and frame, not by its colour alone. */
export function badge(kind: 'good' | 'bad' | 'warn' | 'plain', text: string): Markup {
  return markup`<span class="badge ${kind}">${text}</span>`;
}

/** SHA-256, which may break anywhere. */
export function hashOf(sha256: string): Markup {
  return markup`<code class="hash">${sha256}</code>`;
}
