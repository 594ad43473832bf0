// What the checks found, errors first, each with the lines to type. Texts may hold data of the source: they are escaped.
import { showValue } from '../codec/problem.js';
import type { Finding } from '../events.js';
import { showRows } from './format.js';
import type { Colour, Paint } from './paint.js';

const KINDS: readonly (readonly [Finding['severity'], word: string, colour: Colour])[] = [
  ['error', 'ERROR', 'red'],
  ['warning', 'warning', 'yellow'],
  ['info', 'info', 'cyan'],
  ['ok', 'ok', 'green'],
];
const LONGEST = 2000;

/** Lines without indentation of their own; `left` goes before each. `isSpoken` makes sentences of them. */
export function findingLines(
  findings: readonly Finding[],
  paint: Paint,
  left = '',
  isSpoken = false,
): string[] {
  return KINDS.flatMap(([severity, word, colour]) => {
    const first = isSpoken ? `${paint(colour, word)}: ` : `${paint(colour, word.padEnd(7))}  `;
    const [example, toDo] = isSpoken
      ? ['example, ', `${paint('bold', 'to do')}: `]
      : ['         ', `         ${paint('bold', '>')} `];
    return findings
      .filter((finding) => finding.severity === severity)
      .flatMap((finding) => [
        `${left}${first}${safe(finding.message)}${rowsOf(finding)}`,
        ...(finding.examples ?? []).map(
          ({ key, value }) => `${left}${example}${safe(key)}: ${paint('dim', safe(value))}`,
        ),
        ...finding.remedies.map((remedy) => `${left}${toDo}${safe(remedy)}`),
      ]);
  });
}

function rowsOf({ count }: Finding): string {
  return count === undefined ? '' : ` (${showRows(count)})`;
}

/** What a program has said in several lines, for where there is room for one. */
export function inOneLine(text: string): string {
  return text.trim().replaceAll(/\s*\n\s*/g, '; ');
}

/** A text of one line in which nothing can steer the terminal. */
export function safe(text: string): string {
  return showValue(text, LONGEST);
}
