// One of the application's queries on the source: its parameters, its answer, and how long it takes. What cannot be asked there is
// an answer too, since an older source may lack a table or a column.
import type { Database } from 'better-sqlite3';
import type { SqliteValue } from '../codec/column.js';
import { numericFromDouble } from '../codec/decimal.js';
import { messageOf } from '../errors.js';
import { isAppDefined } from '../source/app-defined.js';
import type { Job, QueryResult } from './jobs.js';
import { timeAnswer } from './query-times.js';

type QueryJob = Extract<Job, { kind: 'query' }>;
type Row = (string | null)[];

/** The newest row of a token may have any size; an answer of more characters would fill the memory of both sides. */
const MOST_CHARACTERS = 32 * 1024 * 1024;

const NO_ANSWER = { columns: [], rows: [], times: { firstMs: 0, ms: 0, warmRuns: 0 }, parameters: [] };

/** Its answer on `db`, with times. Throws what SQLite throws, but for what this source alone cannot answer. */
export async function runQuery(db: Database, job: QueryJob): Promise<QueryResult> {
  try {
    const values = valuesFor(db, job);
    const statement = db
      .prepare<Record<string, SqliteValue>[], SqliteValue[]>(job.sql)
      .raw(true)
      .safeIntegers(true);
    const columns = statement.columns().map(({ name }) => name);
    // Placeholders are $1, $2, …, which to SQLite are names.
    const named = values.length === 0 ? [] : [Object.fromEntries(values.map((value, i) => [i + 1, value]))];
    const answer = await timeAnswer(() => ({ columns, rows: readRows(statement.iterate(...named)) }));
    return { ...answer, parameters: values.map(showCell) };
  } catch (error) {
    if (!(error instanceof TooLarge) && !isUnavailable(error)) throw error;
    return { ...NO_ANSWER, unavailable: messageOf(error) };
  }
}

class TooLarge extends Error {}

/** `malformed JSON`: text that only this source holds as JSON; its row is in quarantine, or the copy would have stopped. */
function isUnavailable(error: unknown): boolean {
  return isAppDefined(error) || /no such (?:table|column)|malformed JSON/.test(messageOf(error));
}

function valuesFor(db: Database, { parameters }: QueryJob): SqliteValue[] {
  if (parameters === undefined) return [];
  return db.prepare<[], SqliteValue[]>(parameters).raw(true).safeIntegers(true).get() ?? [];
}

function readRows(found: IterableIterator<SqliteValue[]>): Row[] {
  const rows: Row[] = [];
  let characters = 0;
  for (const cells of found) {
    const row = cells.map(showCell);
    for (const text of row) characters += text?.length ?? 0;
    if (characters > MOST_CHARACTERS) throw new TooLarge('its answer has more than 32 MB');
    rows.push(row);
  }
  return rows;
}

function showCell(value: SqliteValue): string | null {
  if (value === null) return null;
  if (typeof value === 'number') return numericFromDouble(value);
  return Buffer.isBuffer(value) ? `\\x${value.toString('hex')}` : String(value);
}
