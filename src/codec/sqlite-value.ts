// One value of one column on its way back: from the canonical text to what SQLAlchemy would have stored for it in SQLite, or a
// Problem. Nothing is trusted: the value is read back through the codec, after the column's affinity has had its way with it.
import type { ColumnPlan } from '../plans/plan.js';
import { affinityOf, storedAs } from './affinity.js';
import { type SqliteValue, columnCodec } from './column.js';
import { trimScale } from './decimal.js';
import { JsonError } from './json-error.js';
import { canonicalJson } from './json.js';
import { Problem, showValue } from './problem.js';

type Value = Exclude<SqliteValue, null>;

/**
 * The value to bind for `canonical`, null for NULL. Read back, it has the same canonical text; only numeric may lose zeros at
 * the end of its fraction, which SQLite's numbers do not have (1.50 is 1.5). A Problem for a value that the column would change.
 */
export function toSqlite(column: ColumnPlan, canonical: string | null): SqliteValue | Problem {
  if (canonical === null) return null;
  const value = valueOf(column, canonical);
  if (value instanceof Problem) return value;
  const stored = storedAs(affinityOf(column.declared), value);
  if (stored === null)
    return new Problem('number-not-finite', `is ${canonical}, which SQLite turns into NULL`);
  const back = readBack(column, stored);
  if (back instanceof Problem) return back;
  const isSame = back === (column.type === 'numeric' ? trimScale(canonical) : canonical);
  return isSame ? value : new Problem('would-change', `comes back from SQLite as ${showValue(back)}`);
}

function valueOf(column: ColumnPlan, canonical: string): Value | Problem {
  const { type } = column;
  switch (type) {
    case 'integer':
    case 'bigint':
      return integer(canonical, type);
    case 'numeric':
      return number(canonical);
    case 'double precision':
      return Number(canonical);
    case 'boolean':
      return canonical === 'true' ? 1n : canonical === 'false' ? 0n : malformed(type);
    case 'timestamptz':
      return time(canonical);
    case 'jsonb':
      return json(column, canonical);
    case 'bytea':
      return /^\\x(?:[0-9a-f]{2})*$/.test(canonical)
        ? Buffer.from(canonical.slice(2), 'hex')
        : malformed(type);
    case 'text':
    default:
      return canonical;
  }
}

function malformed(type: string): Problem {
  return new Problem('wrong-type', `is not what the target prints for ${type}`);
}

function integer(canonical: string, type: string): bigint | Problem {
  if (!/^-?\d{1,19}$/.test(canonical)) return malformed(type);
  const value = BigInt(canonical);
  return isInt64(value) ? value : new Problem('number-range', 'does not fit an INTEGER of SQLite');
}

function isInt64(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value;
}

/**
 * SQLAlchemy binds a float for every Numeric. Beyond 2^53 a double would lose digits where an INTEGER does not, and SQLite
 * would make one of it whose digits are not the ones that name the double.
 */
function number(canonical: string): number | bigint | Problem {
  if (!/^-?\d+(?:\.\d+)?$/.test(canonical))
    return new Problem('number-not-finite', `is ${canonical}, which SQLite's NUMERIC does not hold`);
  const exact = trimScale(canonical);
  const double = Number(exact);
  // 20 characters: the digits of an int64 and a sign.
  if (Number.isSafeInteger(double) || exact.includes('.') || exact.length > 20) return double;
  const whole = BigInt(exact);
  return isInt64(whole) ? whole : double;
}

/** Naive UTC with six digits of a second. Infinity, years before 1 and after 9999 have no such text. */
function time(canonical: string): string | Problem {
  const [, seconds, micros = ''] =
    /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.(\d{1,6}))?\+00$/.exec(canonical) ?? [];
  return seconds === undefined
    ? new Problem('not-a-time', 'is not a time of the years 1 to 9999 in UTC')
    : `${seconds}.${micros.padEnd(6, '0')}`;
}

/**
 * As Python's json.dumps with its defaults: jsonb's text has the same separators and short escapes, so that only what is not
 * ASCII (and DEL, as in ESCAPE_ASCII of json/encoder.py) is left to be escaped.
 */
function json(column: ColumnPlan, canonical: string): Value | Problem {
  const affinity = affinityOf(column.declared);
  // A bare number would be turned into INTEGER or REAL through the first 15 of its digits.
  if (/^[-\d]/.test(canonical) && affinity !== 'text' && affinity !== 'blob') return number(canonical);
  return canonical.replace(
    /[\x7f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function readBack(column: ColumnPlan, stored: Value): string | Problem {
  if (column.type !== 'jsonb' || typeof stored !== 'string') return columnCodec(column).canonical(stored);
  try {
    return canonicalJson(stored);
  } catch (error) {
    if (error instanceof JsonError) return new Problem(error.problem, error.message);
    throw error;
  }
}
