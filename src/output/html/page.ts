// The report of a run as one page that needs nothing else: no script, no picture, no font, nothing from anywhere. Made from the view
// alone, which holds no secret.
import { createHash } from 'node:crypto';
import type { RunView } from '../../view.js';
import { findingsSection, noticesSection } from './findings.js';
import { NOTHING, type Markup, markup } from './markup.js';
import { headOf, remediesOf, runSection } from './overview.js';
import { type Section, sectionOf } from './parts.js';
import { environmentSection, filesSection } from './records.js';
import { indexesSection, partsSection, queriesSection, stepsSection, tablesSection } from './results.js';
import { STYLE } from './style.js';

/** By this line a file is known to be a report, which a newer one may replace. */
export const GENERATOR = '<meta name="generator" content="ttm-wizard report">';

/** The page, in ASCII. Parts of which nothing is known are left out. */
export function reportPage(view: RunView): string {
  const sections = sectionsOf(view);
  const body = markup`${headOf(view)}${remediesOf(view)}
<nav aria-label="Contents"><ul>${sections.map(({ id, title }) => markup`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
<main>
${sections.map(sectionOf)}</main>
${footOf(view)}`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy()}">
${GENERATOR}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
${markup`<title>${`Migration report ${view.run}`}</title>`.html}
<style>${STYLE}</style>
</head>
<body>
${body.html}</body>
</html>
`;
}

/** Nothing may be fetched or run; the one style sheet is named by its sum, so no other would be taken either. */
function policy(): string {
  const sum = createHash('sha256').update(STYLE).digest('base64');
  return `default-src 'none'; style-src 'sha256-${sum}'; base-uri 'none'; form-action 'none'`;
}

function sectionsOf(view: RunView): Section[] {
  const { tables, findings, queries, indexes, steps, parts, files, notices, environment } = view;
  const isThere = (things: readonly unknown[], make: (view: RunView) => Section): Section[] =>
    things.length === 0 ? [] : [make(view)];
  const found = isThere(findings, findingsSection);
  // Where something is wrong, that is what the page is opened for.
  const isBad = findings.some(({ severity }) => severity === 'error');
  return [
    ...(isBad ? found : []),
    runSection(view),
    ...isThere(tables, tablesSection),
    ...isThere(queries, queriesSection),
    ...isThere(steps, stepsSection),
    ...isThere(parts, partsSection),
    ...isThere(indexes, indexesSection),
    ...(isBad ? [] : found),
    ...isThere(notices, noticesSection),
    ...isThere(files, filesSection),
    ...(environment === undefined ? [] : [environmentSection(environment)]),
  ];
}

function footOf({ environment, run }: RunView): Markup {
  const version = environment === undefined ? NOTHING : markup` ${environment.wizard}`;
  return markup`<footer><p>Made by ttm-wizard${version} from the events of run ${run}.</p></footer>
`;
}
