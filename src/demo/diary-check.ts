// Whether a database holds what the application wrote, by the application's own diary and without a line of the wizard's code: each
// cell as it was written last, compared by the database itself in the column's own type.
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { z } from 'zod';
import { Database } from '../source/sqlite-driver.js';
import { CASTS } from './application/postgres-store.js';
import { type ColumnKind, KEY_COLUMN, columnKind } from './application/store.js';

type Value = string | number | null;

/** What one column was written last, by key. */
interface Written {
  readonly table: 'tokens' | 'token_scores' | 'app_settings';
  readonly column: string;
  readonly kind: ColumnKind;
  readonly values: Map<string | number, Value>;
}

interface Change {
  readonly at: string;
  /** `sqlite:PATH` or `postgresql://HOST/DATABASE` */
  readonly on: string;
  /** Table and key. */
  readonly row: string;
}

export interface DiaryCheck {
  /** Those that were committed, oldest first. */
  readonly changes: readonly Change[];
  /** Cells that are not in the database as they were written last. */
  readonly missing: number;
}

const cell = z.union([z.string(), z.number(), z.null()]);
const lineSchema = z.object({
  kind: z.string(),
  tx: z.string().optional(),
  at: z.string(),
  on: z.string(),
  changes: z
    .array(
      z.object({
        table: z.enum(['tokens', 'token_scores', 'app_settings']),
        operation: z.enum(['insert', 'update']),
        key: z.union([z.string(), z.number()]),
        columns: z.record(z.string(), cell),
      }),
    )
    .default([]),
});

const PAUSE_MS = 200;

/**
 * `database` is a postgresql:// URL or the path of a file of SQLite. The application may go on writing meanwhile: as long as something
 * differs, both are read again.
 */
export async function checkDiary(diary: string, database: string, attempts = 10): Promise<DiaryCheck> {
  for (let attempt = 1; ; attempt++) {
    const { changes, written } = readDiary(diary);
    const isPostgres = database.startsWith('postgres');
    const missing = await (isPostgres
      ? missingInPostgres(database, written)
      : missingInSqlite(database, written));
    if (missing === 0 || attempt >= attempts) return { changes, missing };
    await sleep(PAUSE_MS);
  }
}

/** An intent stands before each commit, so they are in its order; of one without an outcome nothing is expected. */
function readDiary(file: string): { changes: Change[]; written: Written[] } {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').flatMap(parseLine) : [];
  const committed = new Set(lines.filter(({ kind }) => kind === 'committed').map(({ tx }) => tx));
  const changes: Change[] = [];
  const written = new Map<string, Written>();
  for (const { tx, at, on, changes: made } of lines.filter(({ kind }) => kind === 'intent')) {
    const isCertain = committed.has(tx);
    for (const { table, operation, key, columns } of made) {
      if (isCertain) changes.push({ at, on, row: `${table} ${key}` });
      const cells = operation === 'insert' ? { ...columns, [KEY_COLUMN[table]]: key } : columns;
      for (const [column, value] of Object.entries(cells)) {
        const name = `${table}.${column}`;
        const known = written.get(name) ?? { table, column, kind: columnKind(column), values: new Map() };
        written.set(name, known);
        if (isCertain) known.values.set(key, value);
        else known.values.delete(key);
      }
    }
  }
  return { changes, written: [...written.values()] };
}

/** A line that a kill has cut short is none. */
function parseLine(text: string): z.infer<typeof lineSchema>[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return [];
  }
  return [lineSchema.parse(parsed)];
}

async function missingInPostgres(url: string, written: readonly Written[]): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    let missing = 0;
    for (const { table, column, kind, values } of written) {
      const key = KEY_COLUMN[table];
      const sql = `SELECT count(*) AS missing FROM unnest($1::${CASTS[columnKind(key)]}[], $2::${CASTS[kind]}[]) AS written (key, value)
        LEFT JOIN ${table} AS found ON found.${key} = written.key WHERE found.${column} IS DISTINCT FROM written.value`;
      const { rows } = await client.query<{ missing: string }>(sql, [
        [...values.keys()],
        [...values.values()],
      ]);
      missing += Number(rows[0]?.missing);
    }
    return missing;
  } finally {
    await client.end();
  }
}

function missingInSqlite(file: string, written: readonly Written[]): Promise<number> {
  const db = new Database(file, { readonly: true, timeout: 10_000 });
  try {
    // PostgreSQL prints documents with their keys in an order of its own.
    db.function('same_document', { deterministic: true }, (text: unknown) =>
      typeof text === 'string' ? JSON.stringify(sorted(JSON.parse(text))) : null,
    );
    const missing = written.map(({ table, column, kind, values }) => {
      const form = kind === 'json' ? 'same_document' : '';
      const encoded = [...values].map(([key, value]) => [key, kind === 'time' ? naive(value) : value]);
      const sql = `SELECT count(*) AS missing FROM json_each(?) AS written
        LEFT JOIN ${table} AS found ON found.${KEY_COLUMN[table]} = written.value ->> 0
        WHERE ${form}(found.${column}) IS NOT ${form}(written.value ->> 1)`;
      return db.prepare<[string], { missing: number }>(sql).get(JSON.stringify(encoded))?.missing ?? 0;
    });
    return Promise.resolve(missing.reduce((sum, one) => sum + one, 0));
  } finally {
    db.close();
  }
}

/** A time as SQLAlchemy stores it. */
function naive(value: Value): Value {
  return typeof value === 'string' ? `${value.slice(0, 10)} ${value.slice(11, 26)}` : value;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}
