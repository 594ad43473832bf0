// The report of a run: what the summary shows, with every finding and notice, as text for people and JSON for scripts. It is
// made from the view alone, which holds no secret.
import { basename, join } from 'node:path';
import { sync as writeFileAtomicSync } from 'write-file-atomic';
import { writing } from '../run/write-error.js';
import type { RunView } from '../view.js';
import { environmentRows } from './facts.js';
import { findingLines, inOneLine, safe } from './findings.js';
import { showCount, showSize } from './format.js';
import { unpainted } from './paint.js';
import { summaryLines } from './summary.js';
import { type Layout, inColumns, inSentences } from './text-table.js';

/** The report as text, ending in a newline; `isSpoken` makes sentences of its tables. */
export function reportText(view: RunView, isSpoken = false): string {
  const findings = view.steps.flatMap(({ name }) => {
    const found = view.findings.filter((finding) => finding.step === name);
    return found.length === 0
      ? []
      : ['', `Findings of ${name}`, ...findingLines(found, unpainted, '  ', isSpoken)];
  });
  const notices =
    view.notices.length === 0
      ? []
      : ['', 'Notices', ...view.notices.map((text) => `  ${safe(inOneLine(text))}`)];
  const remedies =
    view.remedies.length === 0 ? [] : ['', 'What to do', ...view.remedies.map((text) => `  ${safe(text)}`)];
  const layout = isSpoken ? inSentences : inColumns;
  return [
    ...summaryLines(view, unpainted, layout),
    ...indexLines(view, layout),
    ...fileLines(view, layout),
    ...environmentLines(view, layout),
    ...findings,
    ...notices,
    ...remedies,
    '',
  ].join('\n');
}

function indexLines({ indexes }: RunView, layout: Layout): string[] {
  if (indexes.length === 0) return [];
  const rows = indexes.map(({ index, table, bytes, scans, definition }) => [
    safe(index),
    safe(table),
    showSize(bytes),
    showCount(scans),
    safe(definition),
  ]);
  const head = ['index', 'table', 'size', 'scans', 'keys'];
  return ['', ...layout({ head, rows, aligns: ['left', 'left', 'right', 'right', 'left'] })];
}

function fileLines({ files }: RunView, layout: Layout): string[] {
  if (files.length === 0) return [];
  const rows = files.map(({ file, bytes, sha256 }) => [safe(basename(file)), showSize(bytes), sha256]);
  return ['', ...layout({ head: ['file', 'size', 'SHA-256'], rows, aligns: ['left', 'right', 'left'] })];
}

function environmentLines({ environment }: RunView, layout: Layout): string[] {
  if (environment === undefined) return [];
  const rows = environmentRows(environment).map((row) => row.map(safe));
  return ['', ...layout({ rows, aligns: ['left', 'left'] })];
}

/** The report as one object: the view with a version of its form. */
export function reportObject(view: RunView): { readonly v: 1 } & RunView {
  return { v: 1, ...view };
}

/** Writes report.txt and report.json (0600) into the run's folder, each whole or not at all. */
export function writeReport(folder: string, view: RunView): void {
  const write = (name: string, text: string): void => {
    const file = join(folder, name);
    writing(file, () => writeFileAtomicSync(file, text, { mode: 0o600 }));
  };
  write('report.txt', reportText(view));
  write('report.json', `${JSON.stringify(reportObject(view), null, 2)}\n`);
}
