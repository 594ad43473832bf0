// One value of one column: from what SQLite stores to the canonical text, which is what PostgreSQL prints for it, or a Problem.
// The declared type is never trusted; the storage class of the value at hand decides.
import type { ColumnPlan, ColumnType } from '../plans/plan.js';
import { float8FromDouble, numericFromDouble } from './decimal.js';
import { Problem } from './problem.js';
import { canonicalTime } from './time.js';

/** As better-sqlite3 gives them with safeIntegers: INTEGER is bigint, REAL number, TEXT string, BLOB Buffer. */
export type SqliteValue = bigint | number | string | Buffer | null;

export interface ColumnCodec {
  readonly column: ColumnPlan;
  /** JSON columns are canonicalized as bytes by the row encoder; `canonical` then gets only what is not TEXT. */
  readonly isJson: boolean;
  readonly isText: boolean;
  /** Canonical text of a value that is not NULL, before COPY escaping. */
  canonical(value: Exclude<SqliteValue, null>): string | Problem;
  /** How many values were times in another spelling than the usual one, or documents with a negative zero; set back by whoever reads it. */
  respelled: number;
}

export function columnCodec(column: ColumnPlan): ColumnCodec {
  const codec: ColumnCodec = {
    column,
    isJson: column.type === 'jsonb',
    isText: isTextType(column.type),
    respelled: 0,
    canonical: () => new Problem('wrong-type', ''),
  };
  const encode = encoderFor(column.type, codec);
  const { oneOf, indexed } = column;
  codec.canonical =
    oneOf === undefined && indexed !== true
      ? encode
      : (value) => {
          const text = encode(value);
          if (typeof text !== 'string') return text;
          if (oneOf?.includes(text) === false)
            return new Problem('not-allowed', `is not one of ${oneOf.join(', ')}`);
          if (indexed === true && Buffer.byteLength(text) > MAX_INDEXED_BYTES) {
            return new Problem(
              'too-long',
              `has more than ${MAX_INDEXED_BYTES} bytes, too many for an index entry`,
            );
          }
          return text;
        };
  return codec;
}

/** A B-tree entry is limited to a third of a page, 2,704 bytes with its header (BTMaxItemSize in nbtree.h). */
const MAX_INDEXED_BYTES = 2600;

/** Whether values are text of their own and not the text of something else. */
export function isTextType(type: ColumnType): boolean {
  return type === 'text' || type.startsWith('varchar');
}

/** The name SQLite's typeof() gives the storage class. */
export function storageClass(value: SqliteValue): 'null' | 'integer' | 'real' | 'text' | 'blob' {
  if (value === null) return 'null';
  if (typeof value === 'bigint') return 'integer';
  if (typeof value === 'number') return 'real';
  return typeof value === 'string' ? 'text' : 'blob';
}

function wrongType(value: SqliteValue, type: ColumnType): Problem {
  return new Problem('wrong-type', `is stored as ${storageClass(value)}, which ${type} cannot hold`);
}

function encoderFor(type: ColumnType, codec: ColumnCodec): ColumnCodec['canonical'] {
  switch (type) {
    case 'integer':
      return (value) => integer(value, type, -2147483648n, 2147483647n);
    case 'bigint':
      return (value) => (typeof value === 'bigint' ? value.toString() : wrongType(value, type));
    case 'numeric':
      return (value) => exactNumber(value, type, numericFromDouble);
    case 'double precision':
      return double;
    case 'boolean':
      return (value) => (value === 0n ? 'false' : value === 1n ? 'true' : wrongType(value, type));
    case 'text':
      return (value) => plainText(value, type);
    case 'timestamptz':
      return (value) => time(value, codec);
    case 'jsonb':
      return (value) => exactNumber(value, type, numericFromDouble);
    case 'bytea':
      return (value) => (Buffer.isBuffer(value) ? `\\x${value.toString('hex')}` : wrongType(value, type));
    default:
      return limitedText(type);
  }
}

function integer(value: SqliteValue, type: ColumnType, min: bigint, max: bigint): string | Problem {
  if (typeof value !== 'bigint') return wrongType(value, type);
  if (value < min || value > max) return new Problem('number-range', `does not fit ${type}`);
  return value.toString();
}

/** Bare numbers in JSON columns take this way too: NUMERIC affinity has turned their text into INTEGER or REAL. */
function exactNumber(
  value: SqliteValue,
  type: ColumnType,
  fromDouble: (value: number) => string,
): string | Problem {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'number') return wrongType(value, type);
  if (!Number.isFinite(value)) return new Problem('number-not-finite', `is ${String(value)}`);
  return fromDouble(value);
}

function double(value: SqliteValue): string | Problem {
  if (typeof value === 'bigint') {
    const asDouble = Number(value);
    if (BigInt(asDouble) !== value)
      return new Problem('number-range', 'has more digits than double precision holds');
    return float8FromDouble(asDouble);
  }
  if (typeof value !== 'number') return wrongType(value, 'double precision');
  return float8FromDouble(value);
}

function plainText(value: SqliteValue, type: ColumnType): string | Problem {
  if (typeof value !== 'string') return wrongType(value, type);
  if (value.includes('\0'))
    return new Problem('text-nul', 'contains a NUL character, which PostgreSQL text cannot hold');
  return value;
}

function limitedText(type: ColumnType): ColumnCodec['canonical'] {
  const limit = Number(/^varchar\((\d+)\)$/.exec(type)?.[1]);
  if (!Number.isInteger(limit)) throw new RangeError(`no codec for type ${type}`);
  return (value) => {
    const text = plainText(value, type);
    if (typeof text !== 'string' || text.length <= limit) return text;
    const characters = Array.from(text).length;
    return characters <= limit
      ? text
      : new Problem(
          'too-long',
          `has ${characters} characters, ${type} holds ${limit}`,
          `has more characters than ${type} holds`,
        );
  };
}

function time(value: SqliteValue, codec: ColumnCodec): string | Problem {
  if (typeof value !== 'string') return wrongType(value, 'timestamptz');
  const canonical = canonicalTime(value);
  if (canonical instanceof Problem) return canonical;
  if (canonical.respelled) codec.respelled++;
  return canonical.text;
}
