// Two answers to the same query, one from each side: equal when every value is, in the order of the rows where the query has one. Each
// value is brought into one spelling for both sides, by its type in the target.
import pg from 'pg';
import type { QueryAnswer } from '../../src/chunk/jobs.js';
import { JsonError } from '../../src/codec/json-error.js';
import { canonicalJson } from '../../src/codec/json.js';
import { Problem, showValue } from '../../src/codec/problem.js';
import { canonicalTime } from '../../src/codec/time.js';
import { foldName } from '../../src/source/spelling.js';

type Cells = readonly (string | null)[];
type Answer = Pick<QueryAnswer, 'columns' | 'rows'>;

/** `types` are the oids of the target's columns, by which both sides are read. Undefined when the answers are equal. */
export function firstDifference(
  source: Answer,
  target: Answer,
  types: readonly number[],
  isUnordered = false,
): string | undefined {
  if (foldName(source.columns.join()) !== foldName(target.columns.join()))
    return `columns ${source.columns.join()} became ${target.columns.join()}`;
  if (source.rows.length !== target.rows.length)
    return `${source.rows.length} rows became ${target.rows.length}`;
  const [left, right] = [source, target].map(({ rows }) => {
    const spelled = rows.map((row) => row.map((value, at) => spelling(value, types[at] ?? 0)));
    return isUnordered ? spelled.sort(byText) : spelled;
  });
  for (const [i, row] of (left ?? []).entries()) {
    for (const [j, value] of row.entries()) {
      const other = right?.[i]?.[j] ?? null;
      if (value !== other)
        return `row ${i + 1}, ${source.columns[j] ?? ''}: ${showValue(value)} became ${showValue(other)}`;
    }
  }
  return undefined;
}

function byText(a: Cells, b: Cells): number {
  const [left, right] = [JSON.stringify(a), JSON.stringify(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

const { builtins } = pg.types;
// Plain numbers, as the server sends them.
const BOOL: number = builtins.BOOL;
const TIMESTAMPTZ: number = builtins.TIMESTAMPTZ;
const JSONB: number = builtins.JSONB;
const DOUBLES: readonly number[] = [builtins.FLOAT4, builtins.FLOAT8];
const NUMBERS: readonly number[] = [
  builtins.INT2,
  builtins.INT4,
  builtins.INT8,
  builtins.NUMERIC,
  ...DOUBLES,
];

/** Text that is no value of the type stays as it is: it is then different from whatever the other side has. */
function spelling(value: string | null, type: number): string | null {
  if (value === null) return null;
  if (NUMBERS.includes(type)) return spellNumber(value, !DOUBLES.includes(type));
  if (type === BOOL) return value === '1' ? 't' : value === '0' ? 'f' : value;
  if (type === TIMESTAMPTZ) return spellTime(value);
  return type === JSONB ? spellJson(value) : value;
}

const LARGEST_INTEGER = 2n ** 63n;

/**
 * A number has several spellings, `1e+22` and `1.50`. An integer that no double holds keeps its digits; where SQLite has none that
 * large, its queries answer with a double.
 */
function spellNumber(value: string, keepsDigits: boolean): string {
  if (!/^-?(?:\d+(?:\.\d*)?(?:e[-+]?\d+)?|Infinity)$/.test(value)) return value;
  if (keepsDigits && /^-?\d{1,19}$/.test(value) && !Number.isSafeInteger(Number(value))) {
    const integer = BigInt(value);
    if (integer >= -LARGEST_INTEGER && integer < LARGEST_INTEGER) return value;
  }
  return String(Number(value) + 0);
}

function spellTime(value: string): string {
  const time = canonicalTime(value);
  return time instanceof Problem ? value : time.text;
}

function spellJson(value: string): string {
  try {
    return canonicalJson(value);
  } catch (error) {
    if (error instanceof JsonError) return value;
    throw error;
  }
}
