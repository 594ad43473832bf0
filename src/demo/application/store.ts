// What the application needs of its database, in a form that SQLite and PostgreSQL share: numbers are numbers, JSON is the text
// Python would write, and times are texts such as 2025-10-10T08:30:00.123456+00:00. Each store turns them into its own.
import type { DatabaseUrl } from './database-url.js';

export type Cell = string | number | null;
export type Row = Readonly<Record<string, Cell>>;
export type Key = string | number;
export type TableName = 'tokens' | 'token_scores' | 'app_settings';
export type ColumnKind = 'integer' | 'text' | 'number' | 'json' | 'time';

export const KEY_COLUMN: Readonly<Record<TableName, string>> = {
  tokens: 'id',
  token_scores: 'id',
  app_settings: 'key',
};

const COLUMN_KINDS: Readonly<Record<string, ColumnKind>> = {
  id: 'integer',
  token_id: 'integer',
  score: 'number',
  smoothed_score: 'number',
  metrics: 'json',
  raw_components: 'json',
  smoothed_components: 'json',
  spam_metrics: 'json',
  created_at: 'time',
  last_updated_at: 'time',
};

/** Of every column of the three tables; those not listed hold text. */
export function columnKind(column: string): ColumnKind {
  return COLUMN_KINDS[column] ?? 'text';
}

/** One row to write: all columns of an insert but a generated id, the changed ones of an update, none of a delete. */
export interface Change {
  readonly table: TableName;
  readonly operation: 'insert' | 'update' | 'delete';
  /** Absent where the database generates it. */
  readonly key?: Key;
  readonly columns: Row;
}

/** One connection, used for some reads and then at most one transaction, as a session over SQLAlchemy's NullPool is. */
export interface Session {
  /** `?` stands for each value in turn. Values come as the driver has them: from PostgreSQL all as text. */
  rows(sql: string, ...values: readonly Cell[]): Promise<readonly Row[]>;
  /** Answers with the key. Throws when there is no row to update or delete, as SQLAlchemy does. */
  write(change: Change): Promise<Key>;
  commit(): Promise<void>;
}

export interface Store {
  readonly kind: DatabaseUrl['kind'];
  /** What may be shown of it: no user, no password. */
  readonly name: string;
  /** Opens a session and closes it whatever happens; what was not committed by then is rolled back. */
  session<T>(work: (session: Session) => Promise<T>): Promise<T>;
}

/** The store of a URL; the driver of the other one is not loaded. */
export async function openStore(url: DatabaseUrl): Promise<Store> {
  if (url.kind === 'sqlite') return (await import('./sqlite-store.js')).sqliteStore(url.path);
  return (await import('./postgres-store.js')).postgresStore(url.url);
}

/** SQLAlchemy's StaleDataError: a row that was just read is gone. */
export function expectOneRow(change: Change, rows: number): void {
  if (rows !== 1)
    throw new Error(`${change.operation} of ${change.table} ${change.key ?? '?'} matched ${rows} rows`);
}
