// One row of the source to its canonical form: a line of fields as PostgreSQL prints them, joined by tabs. It is what is hashed
// and compared; sql/verify builds the same on the target's side. NULL is \N; in text, backslash and tab are escaped; documents
// and bytes stand as they are, because they contain no tab and are never \N.
import type { ColumnPlan } from '../plans/plan.js';
import { type ColumnCodec, type SqliteValue, columnCodec } from './column.js';
import { SLACK_BYTES } from './json-bytes.js';
import { JsonError } from './json-error.js';
import { type CanonicalJson, canonicalJsonBytes } from './json.js';
import { Problem } from './problem.js';

export interface RowProblem {
  readonly column: ColumnPlan;
  readonly value: SqliteValue;
  readonly problem: Problem;
}

/** Characters of a text that is written one by one. */
const SHORT = 40;

export class RowEncoder {
  /** Where lines are written; grows as needed, so read it anew after each row. */
  out: Buffer;
  /** Bytes of `out` in use. */
  length = 0;
  /** Whether U+FFFD in a value is really in the source; otherwise it is taken for the mark of invalid UTF-8. */
  trustReplacement = false;

  private readonly codecs: readonly ColumnCodec[];
  private input = Buffer.allocUnsafe(1 << 16);

  constructor(columns: readonly ColumnPlan[], size = 1 << 17) {
    this.codecs = columns.map(columnCodec);
    this.out = Buffer.allocUnsafe(size);
  }

  /** Times in another spelling than the usual one since the last call, by column. */
  takeRespelled(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const codec of this.codecs) {
      if (codec.respelled > 0) counts[codec.column.name] = codec.respelled;
      codec.respelled = 0;
    }
    return counts;
  }

  /**
   * Appends the line of `row`, values in the order of the columns, without a line end. On problems nothing is appended and
   * all of them are returned; otherwise undefined.
   */
  encode(row: readonly SqliteValue[]): RowProblem[] | undefined {
    const start = this.length;
    let problems: RowProblem[] | undefined;
    for (let i = 0; i < this.codecs.length; i++) {
      const codec = this.codecs[i];
      const value = row[i] ?? null;
      if (codec === undefined) break;
      if (i > 0) this.write('\t');
      let text: string | Problem;
      if (value === null) {
        text =
          codec.column.nullable === true
            ? '\\N'
            : new Problem('null-not-allowed', 'is NULL where the target allows none');
      } else if (typeof value === 'string' && !this.trustReplacement && value.includes('\uFFFD')) {
        text = new Problem('text-utf8', 'is not valid UTF-8');
      } else if (codec.isJson && typeof value === 'string') {
        const canonical = this.canonicalJson(value);
        if (!(canonical instanceof Problem)) {
          this.append(canonical);
          continue;
        }
        text = canonical;
      } else {
        const canonical = codec.canonical(value);
        text = typeof canonical === 'string' && codec.isText ? escapeField(canonical) : canonical;
      }
      if (typeof text === 'string') this.write(text);
      else (problems ??= []).push({ column: codec.column, value, problem: text });
    }
    if (problems !== undefined) this.length = start;
    return problems;
  }

  private canonicalJson(value: string): CanonicalJson | Problem {
    const most = value.length * 3 + SLACK_BYTES;
    if (most > this.input.length) this.input = Buffer.allocUnsafe(most + (most >> 2));
    try {
      return canonicalJsonBytes(this.input, this.input.write(value, 'utf8'));
    } catch (error) {
      if (error instanceof JsonError) return new Problem(error.problem, error.message);
      throw error;
    }
  }

  private append({ bytes, start, end }: CanonicalJson): void {
    this.reserve(end - start);
    this.length += bytes.copy(this.out, this.length, start, end);
  }

  private write(text: string): void {
    this.reserve(text.length * 3);
    const { out, length: start } = this;
    let i = 0;
    // Numbers and times; a call into native code costs as much as forty characters here.
    if (text.length <= SHORT) {
      for (let c; i < text.length && (c = text.charCodeAt(i)) < 0x80; i++) out[start + i] = c;
    }
    this.length += i === text.length ? i : out.write(text, start, 'utf8');
  }

  private reserve(more: number): void {
    if (this.length + more <= this.out.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.out.length * 2, this.length + more));
    this.out.copy(grown, 0, 0, this.length);
    this.out = grown;
  }
}

/** A text field of a canonical line. */
export function escapeField(text: string): string {
  if (!text.includes('\\') && !text.includes('\t')) return text;
  return text.replace(/[\\\t]/g, (c) => (c === '\t' ? '\\t' : '\\\\'));
}

/** The reverse. */
export function unescapeField(field: string): string {
  if (!field.includes('\\')) return field;
  return field.replace(/\\(.)/gs, (_, c: string) => (c === 't' ? '\t' : c));
}
