// The SQLite side, as pysqlite under SQLAlchemy behaves: a connection for each session, five seconds of patience with a locked
// file, a deferred BEGIN only before the first write, foreign keys off, and the journal mode the file has.
import { Database } from '../../source/sqlite-driver.js';
import { quoteName } from '../../target/sql.js';
import {
  type Cell,
  type Change,
  KEY_COLUMN,
  type Key,
  type Row,
  type Session,
  type Store,
  columnKind,
  expectOneRow,
} from './store.js';

/** Default of Python's sqlite3.connect. */
const BUSY_TIMEOUT_MS = 5000;

export function sqliteStore(path: string): Store {
  return {
    kind: 'sqlite',
    name: `sqlite:${path}`,
    session: async (work) => {
      const db = new Database(path, { timeout: BUSY_TIMEOUT_MS });
      try {
        // better-sqlite3 is compiled with them on; the application never turns them on.
        db.pragma('foreign_keys = OFF');
        return await work(openSession(db));
      } finally {
        db.close();
      }
    },
  };
}

function openSession(db: Database): Session {
  return {
    rows: (sql, ...values) => Promise.resolve(db.prepare<Cell[], Row>(sql).all(...values)),
    write: (change) => {
      if (!db.inTransaction) db.exec('BEGIN');
      return Promise.resolve(write(db, change));
    },
    commit: () => {
      db.exec('COMMIT');
      return Promise.resolve();
    },
  };
}

function write(db: Database, change: Change): Key {
  const { table, key, columns } = change;
  const names = Object.keys(columns);
  const values = Object.entries(columns).map(([name, value]) => encode(name, value));
  if (change.operation === 'insert') {
    const places = names.map(() => '?').join(', ');
    const sql = `INSERT INTO ${table} (${names.map(quoteName).join(', ')}) VALUES (${places})`;
    const { lastInsertRowid } = db.prepare<Cell[]>(sql).run(...values);
    return key ?? Number(lastInsertRowid);
  }
  if (key === undefined) throw new RangeError(`an ${change.operation} of ${table} names no row`);
  const what =
    change.operation === 'delete'
      ? `DELETE FROM ${table}`
      : `UPDATE ${table} SET ${names.map((name) => `${quoteName(name)} = ?`).join(', ')}`;
  const statement = db.prepare<Cell[]>(`${what} WHERE ${quoteName(KEY_COLUMN[table])} = ?`);
  expectOneRow(change, statement.run(...values, key).changes);
  return key;
}

/** SQLAlchemy drops the zone of a time and keeps six digits. A number is bound as a double: 0.0 becomes INTEGER 0 by affinity. */
function encode(column: string, value: Cell): Cell {
  if (columnKind(column) !== 'time' || typeof value !== 'string') return value;
  return `${value.slice(0, 10)} ${value.slice(11, 26)}`;
}
