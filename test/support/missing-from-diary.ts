// The judge: holds a diary of the stand-in application against a database, with its own SQL and not a line of the wizard's code.
// Times are compared as instants, JSON as parsed values, scores as numbers, texts as they are.
import pg from 'pg';
import { Database } from '../../src/source/sqlite-driver.js';
import { type DiaryCell, type DiaryChange, type DiaryTransaction, readDiary } from './diary.js';

/** What a database should hold of a row: nothing, or these columns (all of them if the diary saw the row begin). */
type Expected = 'absent' | Readonly<Record<string, DiaryCell>>;
/** A row as found: every value as comparable text. */
type Found = Readonly<Record<string, string>>;
type Finder = (table: string, keys: readonly (string | number)[]) => Promise<Map<string, Found[]>>;

const TIMES = new Set(['created_at', 'last_updated_at']);
const DOCUMENTS = new Set(['metrics', 'raw_components', 'smoothed_components', 'spam_metrics']);
const NUMBERS = new Set(['id', 'token_id', 'score', 'smoothed_score']);

/**
 * What of the diary is not in `database` (a postgresql:// URL or the path of a SQLite file), one line for each discrepancy. The
 * last change of a row wins. A transaction of unknown outcome may be there or not, but only as a whole.
 */
export async function missingFromDiary(
  diary: string | readonly string[],
  database: string,
): Promise<string[]> {
  const { transactions, faults } = readDiary(diary);
  const touched = new Map<string, Set<string | number>>();
  for (const { table, key } of transactions.flatMap(({ changes }) => changes))
    touched.set(table, (touched.get(table) ?? new Set()).add(key));
  const found = new Map<string, Found[]>();
  await withFinder(database, async (find) => {
    for (const [table, keys] of touched)
      for (const [key, rows] of await find(table, [...keys])) found.set(`${table} ${key}`, rows);
  });
  const judge = (applied: ReadonlySet<string>): string[] => {
    const { expected, contradictions } = replay(transactions, applied);
    return [
      ...contradictions,
      ...[...expected].flatMap(([row, state]) => discrepancies(row, state, found.get(row) ?? [])),
    ];
  };
  return [...faults, ...mostFavourable(transactions, judge)];
}

/** Takes each unknown transaction for committed if that explains more, until nothing is explained better. */
function mostFavourable(
  transactions: readonly DiaryTransaction[],
  judge: (applied: ReadonlySet<string>) => string[],
): string[] {
  const unknown = transactions.filter(({ outcome }) => outcome === 'unknown');
  let applied: ReadonlySet<string> = new Set();
  let best = judge(applied);
  for (let isBetter = true; isBetter && best.length > 0;) {
    isBetter = false;
    for (const { tx } of unknown.filter((one) => !applied.has(one.tx))) {
      const tried = new Set([...applied, tx]);
      const judged = judge(tried);
      if (judged.length < best.length) [applied, best, isBetter] = [tried, judged, true];
    }
  }
  return best;
}

function replay(
  transactions: readonly DiaryTransaction[],
  applied: ReadonlySet<string>,
): { expected: Map<string, Expected>; contradictions: string[] } {
  const expected = new Map<string, Expected>();
  const contradictions: string[] = [];
  for (const { tx, outcome, changes } of transactions) {
    const isApplied = outcome === 'committed' || applied.has(tx);
    for (const change of changes) {
      const row = `${change.table} ${change.key}`;
      const before = expected.get(row);
      if (isApplied) {
        if (change.operation === 'insert' && before !== undefined && before !== 'absent')
          contradictions.push(`${row}: inserted by ${tx} although it was there`);
        if (change.operation !== 'insert' && before === 'absent')
          contradictions.push(`${row}: ${change.operation} by ${tx} although it was not there`);
        expected.set(row, after(before, change));
      } else if (change.operation === 'insert' && before === undefined) {
        // A new key was free before, so it still is.
        expected.set(row, 'absent');
      }
    }
  }
  return { expected, contradictions };
}

function after(before: Expected | undefined, { operation, table, key, columns }: DiaryChange): Expected {
  if (operation === 'delete') return 'absent';
  const keyColumn = table === 'app_settings' ? 'key' : 'id';
  return { ...(before === 'absent' || operation === 'insert' ? {} : before), [keyColumn]: key, ...columns };
}

function discrepancies(row: string, expected: Expected, found: readonly Found[]): string[] {
  const [only] = found;
  if (expected === 'absent') return only === undefined ? [] : [`${row} is there, but should not be`];
  if (only === undefined) return [`${row} is missing`];
  if (found.length > 1) return [`${row} stands ${found.length} times`];
  return Object.entries(expected)
    .filter(([column, value]) => only[column] !== comparable(column, value))
    .map(([column, value]) => `${row} ${column}: written ${show(value)}, found ${show(only[column])}`);
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 120);
}

/** Equal texts for equal values; a NULL, an empty text, the word null in JSON and a missing column all differ. */
function comparable(column: string, value: unknown): string {
  if (value === null) return 'NULL';
  if (typeof value !== 'string' && typeof value !== 'number')
    return `neither text nor number: ${typeof value}`;
  if (TIMES.has(column)) return instant(String(value));
  if (DOCUMENTS.has(column)) return typeof value === 'string' ? document(value) : `a bare number ${value}`;
  if (NUMBERS.has(column)) return typeof value === 'number' ? `number ${value}` : `no number: ${value}`;
  return `${typeof value} ${value}`;
}

/** Microseconds since 1970; a time without a zone is UTC. */
function instant(text: string): string {
  const match = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(Z|[+-]\d\d(?::\d\d)?)?$/.exec(text);
  if (match === null) return `no time: ${text}`;
  const [, day = '', clock = '', fraction = '', zone = 'Z'] = match;
  const fullZone = /^[+-]\d\d$/.test(zone) ? `${zone}:00` : zone;
  return `time ${BigInt(Date.parse(`${day}T${clock}${fullZone}`)) * 1000n + BigInt(fraction.padEnd(6, '0'))}`;
}

function document(text: string): string {
  try {
    return `document ${JSON.stringify(sorted(JSON.parse(text)))}`;
  } catch {
    return `no JSON: ${text}`;
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}

async function withFinder(database: string, work: (find: Finder) => Promise<void>): Promise<void> {
  if (!/^postgres(?:ql)?:/.test(database)) {
    // Not read-only: the journal that a killed writer left must be rolled back first, as the application's next start would.
    const db = new Database(database, { fileMustExist: true, timeout: 10_000 });
    try {
      await work((table, keys) => Promise.resolve(findInSqlite(db, table, keys)));
    } finally {
      db.close();
    }
    return;
  }
  const client = new pg.Client({
    connectionString: database,
    types: { getTypeParser: () => (value: string | Buffer) => value },
    options: '-c TimeZone=UTC -c DateStyle=ISO',
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await work((table, keys) => findInPostgres(client, table, keys));
  } finally {
    await client.end();
  }
}

type RawRow = Record<string, unknown>;

function findInSqlite(db: Database, table: string, keys: readonly (string | number)[]): Map<string, Found[]> {
  const keyColumn = table === 'app_settings' ? 'key' : 'id';
  const statement = db.prepare<[string | number], RawRow>(`SELECT * FROM ${table} WHERE "${keyColumn}" = ?`);
  return new Map(keys.map((key) => [String(key), statement.all(key).map((row) => readable(row))]));
}

async function findInPostgres(
  client: pg.Client,
  table: string,
  keys: readonly (string | number)[],
): Promise<Map<string, Found[]>> {
  const keyColumn = table === 'app_settings' ? 'key' : 'id';
  const sql = `SELECT * FROM ${table} WHERE "${keyColumn}"::text = ANY ($1::text[])`;
  const { rows } = await client.query<RawRow>(sql, [keys.map(String)]);
  const found = new Map<string, Found[]>();
  for (const row of rows) {
    const key = String(row[keyColumn]);
    found.set(key, [...(found.get(key) ?? []), readable(row, parseNumber)]);
  }
  return found;
}

/** PostgreSQL's numbers come as text; NaN and Infinity stay that. */
function parseNumber(value: unknown): unknown {
  return typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value) ? Number(value) : value;
}

function readable(row: RawRow, toNumber = (value: unknown): unknown => value): Found {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => [
      column,
      comparable(column, NUMBERS.has(column) ? toNumber(value) : value),
    ]),
  );
}
