// What SQLite makes of a value on its way into a column: the declared type gives the column an affinity, and the affinity
// may turn text into numbers, doubles into integers and the reverse (sqlite.org/datatype3.html, sections 3 and 3.1).
import type { SqliteValue } from './column.js';

export type Affinity = 'integer' | 'real' | 'numeric' | 'text' | 'blob';

/** The affinity of a column declared so; the rules are tried in this order, the first that fits counts. */
export function affinityOf(declared: string): Affinity {
  if (/INT/i.test(declared)) return 'integer';
  if (/CHAR|CLOB|TEXT/i.test(declared)) return 'text';
  if (declared === '' || /BLOB/i.test(declared)) return 'blob';
  return /REAL|FLOA|DOUB/i.test(declared) ? 'real' : 'numeric';
}

/** What will be read back after `value` has been bound and stored; of a text made of a number, only that it is text. */
export function storedAs(affinity: Affinity, value: SqliteValue): SqliteValue {
  // SQLite has no NaN.
  if (typeof value === 'number' && Number.isNaN(value)) return null;
  if (value === null || Buffer.isBuffer(value) || affinity === 'blob') return value;
  if (affinity === 'text') return String(value);
  if (typeof value === 'string') return NUMERIC_TEXT.test(value) ? stored(affinity, Number(value)) : value;
  return stored(affinity, value);
}

// As sqlite3AtoF reads it; the white space is sqlite3Isspace's.
const NUMERIC_TEXT = /^[ \t\n\v\f\r]*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?[ \t\n\v\f\r]*$/;

const INT64_LIMIT = 2 ** 63;

function stored(affinity: Affinity, value: number | bigint): number | bigint {
  // A REAL column keeps whole numbers as integers on disk, and so loses the sign of zero.
  if (affinity === 'real') return Number(value) === 0 ? 0 : Number(value);
  // sqlite3VdbeIntegerAffinity: strictly between the limits.
  const isInteger = typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < INT64_LIMIT;
  return isInteger ? BigInt(value) : value;
}
