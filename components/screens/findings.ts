// What the checks have found, in three groups: what stops the run, what is worth knowing, what is well. Each with what to type.
import type { Finding } from '../../src/events.js';
import { showRows } from '../../src/output/format.js';
import { type Line, line, wrap } from '../lines.js';
import { SEVERITY_COLOURS } from '../theme.js';

type Severity = Finding['severity'];
const WORDS: Readonly<Record<Severity, string>> = {
  error: '✗ FAIL ',
  warning: '! warn ',
  info: '· info ',
  ok: '✓ pass ',
};
const MOST_EXAMPLES = 3;

/** `3 passed, 1 warning, 0 failed` */
export function findingCounts(findings: readonly Finding[]): string {
  const count = (...kinds: readonly Severity[]): number =>
    findings.filter(({ severity }) => kinds.includes(severity)).length;
  return `${count('ok', 'info')} passed, ${count('warning')} with a warning, ${count('error')} failed`;
}

/** The worst first. */
export function findingGroups(findings: readonly Finding[], columns: number): Line[] {
  const kinds: readonly Severity[] = ['error', 'warning', 'info', 'ok'];
  return kinds.flatMap((kind) =>
    findings.filter(({ severity }) => severity === kind).flatMap((finding) => findingOf(finding, columns)),
  );
}

function findingOf({ severity, message, count, examples = [], remedies }: Finding, columns: number): Line[] {
  const colour = SEVERITY_COLOURS[severity];
  const rows = count === undefined ? '' : ` (${showRows(count)})`;
  const isGood = severity === 'ok' || severity === 'info';
  return [
    // What is well needs no second line.
    ...(isGood
      ? [line(`${WORDS[severity]}${message}`)]
      : wrap(`${message}${rows}`, columns, { colour }, WORDS[severity])),
    ...examples
      .slice(0, MOST_EXAMPLES)
      .map(({ key, value }) => line(`         ${key}: ${value}`, { isDim: true })),
    ...remedies.flatMap((remedy) => wrap(remedy, columns, { isBold: true }, '       > ')),
  ];
}
