// A log of changed keys, kept by triggers in the source, for files so large that reading them all again would be too long a stop. It
// only says which chunks to look at: what is carried over is still found by comparing. One of the two exceptions to the rule that
// the source is only read; installed when --capture triggers asks for it, and removed when the application has been switched or put back.
import type { SqliteValue } from '../codec/column.js';
import { type ChunkRange, isTextKey, keyColumns, sourceTable } from '../chunk/range.js';
import type { TablePlan } from '../plans/plan.js';
import { fillSql, quoteName } from '../target/sql.js';
import { Database } from './sqlite-driver.js';
import { openSource, sourceError } from './sqlite.js';

const LOG = 'ttm_wizard_change';
const EVENTS = ['insert', 'update', 'delete'] as const;
const BUSY_TIMEOUT_MS = 10_000;

/** Whether a table or trigger of the source is ours. */
export function isCapture(name: string): boolean {
  return name === LOG || EVENTS.some((event) => name.startsWith(`ttm_wizard_${event}_`));
}

/** Installs log and triggers in one transaction; does nothing where they are. Throws SOURCE_UNREADABLE (exit 4). */
export function installCapture(file: string, tables: readonly TablePlan[]): void {
  const most = Math.max(...tables.map(({ key }) => key.length));
  writing(file, (db) => {
    db.exec(fillSql('capture/log.sql', { keys: keyNames(most) }));
    for (const table of tables) for (const event of EVENTS) db.exec(triggerFor(table, event));
  });
}

/** Removes both; resolves to whether there was anything. */
export function removeCapture(file: string): boolean {
  if (!isInstalled(file)) return false;
  writing(file, (db) => {
    const triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'";
    const names = db.prepare<[], string>(triggers).pluck().all().filter(isCapture);
    for (const name of names) db.exec(`DROP TRIGGER ${quoteName(name)}`);
    db.exec(`DROP TABLE IF EXISTS ${LOG}`);
  });
  return true;
}

/**
 * The last entry of the log, 0 when it is empty, undefined where there is no log: a run that was killed after it had removed it has none
 * when it goes on. Read it before what it is to stand for.
 */
export function lastChange(file: string): bigint | undefined {
  return reading(file, (db) => {
    if (db.prepare('SELECT 1 FROM sqlite_master WHERE name = ?').get(LOG) === undefined) return undefined;
    return db.prepare<[], bigint>(`SELECT coalesce(max(seq), 0) FROM ${LOG}`).pluck().get() ?? 0n;
  });
}

/** Rows of a table by now, whatever they hold: triggers miss what INSERT OR REPLACE pushes aside, a count does not. */
export function countRows(file: string, table: TablePlan): number {
  return reading(file, (db) =>
    Number(
      db
        .prepare(`SELECT count(*) FROM ${sourceTable(table)}`)
        .pluck()
        .get(),
    ),
  );
}

/** Those of the table's chunks, in order of keys, in which a key has changed after the entry `seq`. */
export function changedChunks<C extends Pick<ChunkRange, 'low' | 'high'>>(
  file: string,
  table: TablePlan,
  chunks: readonly C[],
  seq: bigint,
): C[] {
  const names = keyNames(table.key.length);
  const changed = new Set<C>();
  reading(file, (db) => {
    const rows = db
      .prepare<[string, bigint], SqliteValue[]>(
        `SELECT DISTINCT ${names} FROM ${LOG} WHERE table_name = ? AND seq > ?`,
      )
      .raw(true);
    for (const key of rows.iterate(table.name, seq))
      for (const chunk of chunksOf(table, chunks, key)) changed.add(chunk);
  });
  return chunks.filter((chunk) => changed.has(chunk));
}

/** One chunk, or all when the key is none that ranges are made of. */
function chunksOf<C extends Pick<ChunkRange, 'low' | 'high'>>(
  table: TablePlan,
  chunks: readonly C[],
  key: readonly SqliteValue[],
): readonly C[] {
  const columns = keyColumns(table);
  const isUsual = columns.every((column, i) => typeof key[i] === (isTextKey(column) ? 'string' : 'bigint'));
  if (!isUsual) return chunks;
  const compare = (limit: readonly string[]): number => {
    for (const [i, column] of columns.entries()) {
      const order = compareKeys(key[i] ?? null, limit[i] ?? '', isTextKey(column));
      if (order !== 0) return order;
    }
    return 0;
  };
  const found = chunks.find(({ high }) => high === null || compare(high) <= 0);
  return found === undefined ? chunks : [found];
}

function compareKeys(value: SqliteValue, limit: string, isText: boolean): number {
  if (isText) return Buffer.compare(Buffer.from(String(value)), Buffer.from(limit));
  const [left, right] = [BigInt(String(value)), BigInt(limit)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function triggerFor(table: TablePlan, event: (typeof EVENTS)[number]): string {
  const literal = `'${table.name.replaceAll("'", "''")}'`;
  const row = (of: 'OLD' | 'NEW'): string =>
    `(${[literal, ...table.key.map((name) => `${of}.${quoteName(name)}`)].join(', ')})`;
  const rows = { insert: [row('NEW')], update: [row('OLD'), row('NEW')], delete: [row('OLD')] }[event];
  return fillSql('capture/trigger.sql', {
    name: quoteName(`ttm_wizard_${event}_${table.name}`),
    event: event.toUpperCase(),
    table: quoteName(table.name),
    keys: keyNames(table.key.length),
    rows: rows.join(', '),
  });
}

function keyNames(count: number): string {
  return Array.from({ length: count }, (_, i) => `key_${i + 1}`).join(', ');
}

function isInstalled(file: string): boolean {
  return reading(file, (db) =>
    db.prepare<[], string>('SELECT name FROM sqlite_master').pluck().all().some(isCapture),
  );
}

function reading<T>(file: string, read: (db: Database) => T): T {
  const db = openSource(file);
  try {
    return read(db);
  } catch (error) {
    throw sourceError(file, error);
  } finally {
    db.close();
  }
}

function writing(file: string, write: (db: Database) => void): void {
  try {
    const db = new Database(file, { fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    try {
      db.pragma('foreign_keys = OFF');
      db.transaction(() => write(db)).immediate();
    } finally {
      db.close();
    }
  } catch (error) {
    throw sourceError(file, error);
  }
}
