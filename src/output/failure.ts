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

export function failureLines(failure: Failure, paint: Paint): string[] {
  const [first = '', ...more] = failure.message.split('\n');
  const code = failure.code === undefined ? '' : `${failure.code}, `;
  return [
    `${paint('red', 'Error:')} ${safe(first)}`,
    ...more.map((line) => `       ${safe(line)}`),
    ...(failure.remedies.length === 0
      ? []
      : ['What to do:', ...failure.remedies.map((remedy) => `  ${safe(remedy)}`)]),
    ...(failure.log === undefined || failure.log === '' ? [] : [`Log: ${safe(failure.log)}`]),
    paint('dim', `(${code}exit ${failure.exitCode})`),
  ];
}
