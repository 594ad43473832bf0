// One row of the source to its canonical form: a line of fields as PostgreSQL prints them, joined by tabs. It is what is hashed
// and compared; sql/verify builds the same on the target's side. NULL is \N; in text, backslash and tab are escaped; documents
// and bytes stand as they are, because they contain no tab and are never \N.
import type { ColumnPlan } from '../plans/plan.js';
import { type ColumnCodec, type SqliteValue, columnCodec } from './column.js';
import { type CanonicalJson, SLACK_BYTES } from './json-bytes.js';
import { JsonError } from './json-error.js';
import { canonicalJsonBytes } from './json.js';
import { checkJsonbLimits } from './jsonb-limits.js';
import { Problem } from './problem.js';
import { rowCheckFor } from './row-size.js';

export interface RowProblem {
  readonly column: ColumnPlan;
  readonly value: SqliteValue;
  readonly problem: Problem;
}

/** Characters of a text that is written one by one. */
const SHORT = 40;
/** Characters; a longer text is escaped and written piece by piece, so that it does not stand in memory once more. */
const LONG_TEXT = 1 << 20;
/** What a string can hold; numbers of a document that are written out can make more of a row than it was. */
const MAX_LINE_BYTES = 536_000_000;

function tooLong(codecs: readonly ColumnCodec[], row: readonly SqliteValue[]): RowProblem {
  const at = Math.max(
    0,
    codecs.findIndex(({ isJson }, i) => isJson && row[i] !== null),
  );
  const column = codecs[at]?.column;
  if (column === undefined) throw new RangeError('a table without columns has a row');
  const detail = 'stands in a row of more than 536 MB with all numbers written out';
  return { column, value: row[at] ?? null, problem: new Problem('too-long', detail) };
}

export class RowEncoder {
  /** Where lines are written; grows as needed, so read it anew after each row. */
  out: Buffer;
  /** Bytes of `out` in use. */
  length = 0;
  /** Whether U+FFFD in a value is really in the source; otherwise it is taken for the mark of invalid UTF-8. */
  trustReplacement = false;

  private readonly codecs: readonly ColumnCodec[];
  private readonly check: ReturnType<typeof rowCheckFor>;
  private input = Buffer.allocUnsafe(1 << 16);

  constructor(columns: readonly ColumnPlan[], size = 1 << 17) {
    this.codecs = columns.map(columnCodec);
    this.check = rowCheckFor(columns);
    this.out = Buffer.allocUnsafe(size);
  }

  /** Values since the last call that the target spells in another way, by column: times, and documents with a negative zero. */
  takeRespelled(): Record<'times' | 'negativeZeros', Record<string, number>> {
    const counts: Record<'times' | 'negativeZeros', Record<string, number>> = {
      times: {},
      negativeZeros: {},
    };
    for (const codec of this.codecs) {
      const kind = codec.isJson ? counts.negativeZeros : counts.times;
      if (codec.respelled > 0) kind[codec.column.name] = codec.respelled;
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
        const canonical = this.canonicalJson(value, codec);
        if (!(canonical instanceof Problem)) {
          this.append(canonical);
          continue;
        }
        text = canonical;
      } else {
        const canonical = codec.canonical(value);
        if (typeof canonical === 'string' && canonical.length > LONG_TEXT) {
          this.writeLong(canonical, codec.isText);
          continue;
        }
        text = typeof canonical === 'string' && codec.isText ? escapeField(canonical) : canonical;
      }
      if (typeof text === 'string') this.write(text);
      else (problems ??= []).push({ column: codec.column, value, problem: text });
    }
    if (problems === undefined && this.length - start > MAX_LINE_BYTES)
      problems = [tooLong(this.codecs, row)];
    if (problems === undefined && this.check !== undefined) {
      const problem = this.check(row);
      if (problem !== undefined) problems = [problem];
    }
    if (problems !== undefined) this.length = start;
    return problems;
  }

  private canonicalJson(value: string, codec: ColumnCodec): CanonicalJson | Problem {
    const most = value.length * 3 + SLACK_BYTES;
    if (most > this.input.length) this.input = Buffer.allocUnsafe(most + (most >> 2));
    try {
      const canonical = canonicalJsonBytes(this.input, this.input.write(value, 'utf8'));
      checkJsonbLimits(canonical);
      if (canonical.hasNegativeZero) codec.respelled++;
      return canonical;
    } catch (error) {
      if (error instanceof JsonError) return new Problem(error.problem, error.message, error.kind);
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

  private writeLong(text: string, isText: boolean): void {
    for (let at = 0; at < text.length;) {
      let end = Math.min(at + LONG_TEXT, text.length);
      // The two halves of a character stay together.
      if (end < text.length && (text.charCodeAt(end - 1) & 0xfc00) === 0xd800) end--;
      const part = text.slice(at, end);
      this.write(isText ? escapeField(part) : part);
      at = end;
    }
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
