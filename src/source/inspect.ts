// What a source file really contains, from SQLite's own catalog and never from a plan.
import type { Database } from 'better-sqlite3';
import { isAppCollation } from './app-defined.js';
import { isCapture } from './capture.js';

export interface SourceColumn {
  readonly name: string;
  readonly declared: string;
  /** Position in the primary key from 1, 0 when not part of it. */
  readonly keyPosition: number;
  /** Whether SQLite computes its values, and so takes none for it. */
  readonly isGenerated: boolean;
}

export interface SourceTable {
  readonly name: string;
  readonly kind: 'table' | 'virtual' | 'shadow';
  readonly columns: readonly SourceColumn[];
  readonly key: readonly string[];
  /** Whether the key is an index beside the rowid: SQLite then takes NULL in it, even where the table says NOT NULL later on. */
  readonly keyMayBeNull: boolean;
  /** Column sets with a unique index over all rows, in BINARY order; the key among them. */
  readonly unique: readonly (readonly string[])[];
  /** A collation of one of its indexes that only the application defines. */
  readonly appCollation?: string;
  readonly isWithoutRowid: boolean;
}

export interface SourceSchema {
  readonly tables: readonly SourceTable[];
  /** Views and triggers, `view name` or `trigger name`: nothing of them is carried over. */
  readonly others: readonly string[];
  readonly encoding: string;
  readonly journalMode: string;
  readonly bytes: number;
}

interface TableRow {
  readonly name: string;
  readonly type: string;
  readonly wr: bigint;
}

/** Reads the schema in one go. SQLite's own tables (sqlite_…) and the log of our own triggers are left out. */
export function inspectSource(db: Database): SourceSchema {
  const list = db
    .prepare<[], TableRow>(`SELECT name, type, wr FROM pragma_table_list WHERE schema = 'main' ORDER BY name`)
    .all();
  const tables = list
    .filter(({ name, type }) => !name.startsWith('sqlite_') && !isCapture(name) && type !== 'view')
    .map(({ name, type, wr }): SourceTable => {
      // Its module may be one that only the application has; then SQLite knows nothing of its columns.
      if (type === 'virtual')
        return {
          ...{ name, kind: type, columns: [], key: [] },
          ...{ keyMayBeNull: false, unique: [], isWithoutRowid: false },
        };
      const columns = columnsOf(db, name);
      const inKey = columns
        .filter((column) => column.keyPosition > 0)
        .sort((a, b) => a.keyPosition - b.keyPosition);
      const key = inKey.map((column) => column.name);
      const kind = type === 'shadow' ? type : 'table';
      const unique = [...(key.length > 0 ? [key] : []), ...uniqueOf(db, name)];
      const appCollation = collationsOf(db, name).find(isAppCollation);
      return {
        ...{ name, kind, columns, key, keyMayBeNull: hasKeyIndex(db, name), unique },
        ...(appCollation === undefined ? {} : { appCollation }),
        isWithoutRowid: wr === 1n,
      };
    });
  const others = db
    .prepare<[], { item: string; name: string }>(
      `SELECT type || ' ' || name AS item, name FROM sqlite_master WHERE type IN ('view', 'trigger') ORDER BY 1`,
    )
    .all()
    .filter(({ name }) => !isCapture(name))
    .map((row) => row.item);
  return {
    tables,
    others,
    encoding: String(db.pragma('encoding', { simple: true })),
    journalMode: String(db.pragma('journal_mode', { simple: true })),
    bytes:
      Number(db.pragma('page_count', { simple: true })) * Number(db.pragma('page_size', { simple: true })),
  };
}

/** The columns of a table, generated ones too. */
function columnsOf(db: Database, table: string): SourceColumn[] {
  return db
    .prepare<[string], { name: string; type: string; pk: bigint; hidden: bigint }>(
      // hidden = 1 is a hidden column of a virtual table; generated columns (2, 3) hold values like any other.
      'SELECT name, type, pk, hidden FROM pragma_table_xinfo(?) WHERE hidden <> 1 ORDER BY cid',
    )
    .all(table)
    .map(({ name, type, pk, hidden }) => ({
      ...{ name, declared: type, keyPosition: Number(pk) },
      isGenerated: hidden > 1n,
    }));
}

/** A key that is the rowid itself has no index; `INTEGER PRIMARY KEY DESC` is not the rowid and has one. */
function hasKeyIndex(db: Database, table: string): boolean {
  const sql = "SELECT 1 FROM pragma_index_list(?) WHERE origin = 'pk'";
  return db.prepare<[string]>(sql).get(table) !== undefined;
}

function collationsOf(db: Database, table: string): string[] {
  const sql =
    'SELECT DISTINCT part.coll FROM pragma_index_list(?) AS list, pragma_index_xinfo(list.name) AS part WHERE part.key = 1';
  return db.prepare<[string], string>(sql).pluck().all(table);
}

function uniqueOf(db: Database, table: string): string[][] {
  const indexes = db
    .prepare<[string], { name: string }>(
      'SELECT name FROM pragma_index_list(?) WHERE "unique" = 1 AND partial = 0',
    )
    .all(table);
  const parts = db.prepare<[string], { name: string | null; coll: string }>(
    'SELECT name, coll FROM pragma_index_xinfo(?) WHERE key = 1 ORDER BY seqno',
  );
  return indexes
    .map(({ name }) => parts.all(name))
    .filter((columns) => columns.every((column) => column.name !== null && column.coll === 'BINARY'))
    .map((columns) => columns.map((column) => column.name ?? ''));
}
