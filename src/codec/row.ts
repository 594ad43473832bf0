// One row of the source to its canonical form: the line of COPY text that PostgreSQL would print for it, in bytes. The same
// line is what is copied, hashed and compared; sql/verify builds it on the target's side.
import type { ColumnPlan } from '../plans/plan.js';
import { type ColumnCodec, type SqliteValue, columnCodec } from './column.js';
import { JsonError } from './json-error.js';
import { type CanonicalJson, canonicalJsonBytes } from './json.js';
import { Problem } from './problem.js';

export interface RowProblem {
  readonly column: ColumnPlan;
  readonly value: SqliteValue;
  readonly problem: Problem;
}

const BACKSLASH = 0x5c;

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
    let pending = '';
    for (let i = 0; i < this.codecs.length; i++) {
      const codec = this.codecs[i];
      const value = row[i] ?? null;
      if (codec === undefined) break;
      if (i > 0) pending += '\t';
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
          if (problems === undefined) {
            this.write(pending);
            this.append(canonical);
          }
          pending = '';
          continue;
        }
        text = canonical;
      } else {
        const canonical = codec.canonical(value);
        text = typeof canonical === 'string' ? escapeCopy(canonical) : canonical;
      }
      if (typeof text === 'string') pending += text;
      else (problems ??= []).push({ column: codec.column, value, problem: text });
    }
    if (problems === undefined) this.write(pending);
    else this.length = start;
    return problems;
  }

  private canonicalJson(value: string): CanonicalJson | Problem {
    if (value.length * 3 + 1 > this.input.length) this.input = Buffer.allocUnsafe(value.length * 4);
    try {
      return canonicalJsonBytes(this.input, this.input.write(value, 'utf8'));
    } catch (error) {
      if (error instanceof JsonError) return new Problem(error.problem, error.message);
      throw error;
    }
  }

  private append({ bytes, start, end, hasBackslash }: CanonicalJson): void {
    if (!hasBackslash) {
      this.reserve(end - start);
      this.length += bytes.copy(this.out, this.length, start, end);
      return;
    }
    this.reserve(2 * (end - start));
    for (let i = start; i < end; i++) {
      const byte = bytes[i] ?? 0;
      this.out[this.length++] = byte;
      if (byte === BACKSLASH) this.out[this.length++] = BACKSLASH;
    }
  }

  private write(text: string): void {
    this.reserve(text.length * 3);
    this.length += this.out.write(text, this.length, 'utf8');
  }

  private reserve(more: number): void {
    if (this.length + more <= this.out.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.out.length * 2, this.length + more));
    this.out.copy(grown, 0, 0, this.length);
    this.out = grown;
  }
}

/** COPY text of a value that is not NULL (PostgreSQL manual, COPY, "Text Format"): the four characters that must be escaped. */
export function escapeCopy(text: string): string {
  if (!text.includes('\\') && !text.includes('\t') && !text.includes('\n') && !text.includes('\r'))
    return text;
  return text.replace(/[\\\t\n\r]/g, (c) =>
    c === '\\' ? '\\\\' : c === '\t' ? '\\t' : c === '\n' ? '\\n' : '\\r',
  );
}

/** The reverse, for one field of a canonical line; null for `\N`. */
export function unescapeCopy(field: string): string | null {
  if (field === '\\N') return null;
  if (!field.includes('\\')) return field;
  return field.replace(/\\(.)/gs, (_, c: string) =>
    c === 't' ? '\t' : c === 'n' ? '\n' : c === 'r' ? '\r' : c,
  );
}
