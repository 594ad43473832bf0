// The PostgreSQL side, as psycopg2 under SQLAlchemy behaves: a connection for each session (NullPool), READ COMMITTED, and a
// transaction from the first statement on, be it a read.
import '../../target/no-cloudflare.js';
import pg from 'pg';
import { quoteName } from '../../target/sql.js';
import { pythonFloat } from '../sample-documents.js';
import {
  type Cell,
  type Change,
  type ColumnKind,
  KEY_COLUMN,
  type Key,
  type Row,
  type Session,
  type Store,
  columnKind,
  expectOneRow,
} from './store.js';

const CONNECT_TIMEOUT_MS = 5000;

export const CASTS: Readonly<Record<ColumnKind, string>> = {
  integer: 'bigint',
  text: 'text',
  number: 'numeric',
  json: 'jsonb',
  time: 'timestamptz',
};

/** A store for a postgresql:// URL. Nothing is connected yet. */
export function postgresStore(url: string): Store {
  const { host, pathname } = new URL(url);
  return {
    kind: 'postgres',
    name: `postgresql://${host}${pathname}`,
    session: async (work) => {
      const client = new pg.Client({
        connectionString: url,
        connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
        types: { getTypeParser: () => (value: string | Buffer) => value },
      });
      // A lost connection also fails the query that is under way; without a listener it would end the process.
      client.on('error', () => undefined);
      try {
        await client.connect();
        await client.query('BEGIN');
        return await work(openSession(client));
      } finally {
        // The server rolls back what was not committed.
        await client.end();
      }
    },
  };
}

function openSession(client: pg.Client): Session {
  return {
    rows: async (sql, ...values) => {
      let at = 0;
      const { rows } = await client.query<Row>(
        sql.replace(/\?/g, () => `$${++at}`),
        [...values],
      );
      return rows;
    },
    write: (change) => write(client, change),
    commit: async () => {
      await client.query('COMMIT');
    },
  };
}

async function write(client: pg.Client, change: Change): Promise<Key> {
  const { table, key, columns } = change;
  const names = Object.keys(columns);
  const places = names.map((name, at) => `$${at + 1}::${CASTS[columnKind(name)]}`);
  const values = Object.entries(columns).map(encode);
  const keyColumn = quoteName(KEY_COLUMN[table]);
  if (change.operation === 'insert') {
    const sql = `INSERT INTO ${table} (${names.map(quoteName).join(', ')}) VALUES (${places.join(', ')})`;
    const { rows } = await client.query<Row>(`${sql} RETURNING ${keyColumn} AS key`, values);
    return key ?? Number(rows[0]?.['key']);
  }
  if (key === undefined) throw new RangeError(`an ${change.operation} of ${table} names no row`);
  const sets = names.map((name, at) => `${quoteName(name)} = ${places[at] ?? ''}`);
  const what =
    change.operation === 'delete' ? `DELETE FROM ${table}` : `UPDATE ${table} SET ${sets.join(', ')}`;
  const sql = `${what} WHERE ${keyColumn} = $${names.length + 1}`;
  expectOneRow(change, (await client.query(sql, [...values, key])).rowCount ?? 0);
  return key;
}

/** psycopg2 writes a float by its repr, so that a score of 0 arrives as numeric 0.0. */
function encode([column, value]: readonly [column: string, value: Cell]): Cell {
  return columnKind(column) === 'number' && typeof value === 'number' ? pythonFloat(value) : value;
}
