// How a failure looks, wherever it comes from: what fails, what to type next, where the log is, and the code for scripts.
import { safe } from './findings.js';
import type { Paint } from './paint.js';

export interface Failure {
  readonly message: string;
  readonly remedies: readonly string[];
  readonly code?: string;
  readonly exitCode: number;
  /** The log's path; empty or undefined when there is none. */
  readonly log?: string | undefined;
}

/** Codes of an end that the person has chosen: it has an exit code of its own, and is no error in words. */
const WANTED: readonly (string | undefined)[] = ['STOPPED', 'DECLINED', 'NOT_SWITCHED'];

/** Whether a run or a command ended in this way because the person wanted it so. */
export function isWanted(code: string | undefined): boolean {
  return WANTED.includes(code);
}

function capitalised(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

export function failureLines(failure: Failure, paint: Paint): string[] {
  const [first = '', ...more] = failure.message.split('\n');
  const code = failure.code === undefined ? '' : `${failure.code}, `;
  return [
    isWanted(failure.code)
      ? paint('yellow', capitalised(safe(first)))
      : `${paint('red', 'Error:')} ${safe(first)}`,
    ...more.map((line) => `       ${safe(line)}`),
    ...(failure.remedies.length === 0
      ? []
      : ['What to do:', ...failure.remedies.map((remedy) => `  ${safe(remedy)}`)]),
    ...(failure.log === undefined || failure.log === '' ? [] : [`Log: ${safe(failure.log)}`]),
    paint('dim', `(${code}exit ${failure.exitCode})`),
  ];
}
