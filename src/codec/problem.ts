// What can be wrong with one value, and how the wizard says it.
import type { JsonProblem } from './json-error.js';

export type ProblemCode =
  | JsonProblem
  | 'wrong-type'
  | 'null-not-allowed'
  | 'number-range'
  | 'number-not-finite'
  | 'not-a-time'
  | 'time-precision'
  | 'text-nul'
  | 'text-utf8'
  | 'too-long'
  | 'row-too-large'
  | 'not-allowed'
  | 'orphan'
  | 'would-change';

/** A value that its target type cannot hold unchanged. */
export class Problem {
  readonly code: ProblemCode;
  readonly detail: string;
  /** The detail without what only this value has (a length, a byte, a key): values with the same kind are counted together. */
  readonly kind: string;
  constructor(code: ProblemCode, detail: string, kind = detail) {
    this.code = code;
    this.detail = detail;
    this.kind = kind;
  }
}

/** Text from the source made safe for a terminal: control and format characters escaped, at most `length` characters. */
export function showValue(value: string | number | bigint | Buffer | null | undefined, length = 60): string {
  if (value === null || value === undefined) return 'NULL';
  const text = Buffer.isBuffer(value) ? `x'${value.subarray(0, length).toString('hex')}'` : String(value);
  const short = Array.from(text.slice(0, length * 2))
    .slice(0, length)
    .join('');
  const safe = short.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\u2028\u2029]/gu, escapeCharacter);
  return short.length < text.length ? `${safe}…` : safe;
}

function escapeCharacter(character: string): string {
  const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
  return short[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
