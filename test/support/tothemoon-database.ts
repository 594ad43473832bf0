// A database with the finished schema of To The Moon and no rows, made from the plan's SQL files alone: quicker than a migration.
import type pg from 'pg';
import { expect } from 'vitest';
import { tothemoon } from '../../src/plans/tothemoon.js';
import { loadSql } from '../../src/target/sql.js';
import { createDatabase } from './database.js';
import { connectAsText } from './migrate.js';

export interface MoonDatabase {
  readonly url: string;
  /** The owner's session: in UTC, every value as text. */
  readonly client: pg.Client;
  rows(sql: string, values?: readonly unknown[]): Promise<Record<string, string | null>[]>;
  /** Another session of the same kind, ended by `remove`. */
  connect(): Promise<pg.Client>;
  /** Until so many sessions of this database wait for a lock: the server may have other databases in which others wait. */
  untilWaiting(sessions: number): Promise<void>;
  remove(): Promise<void>;
}

/** With partitions for `months` (YYYY-MM) besides this one and the next three. */
export async function createMoonDatabase(months: readonly string[] = []): Promise<MoonDatabase> {
  const database = await createDatabase();
  const clients: pg.Client[] = [];
  const connect = async (): Promise<pg.Client> => {
    const client = await connectAsText(database.url);
    clients.push(client);
    return client;
  };
  const client = await connect();
  for (const { file } of [...tothemoon.schema, ...tothemoon.constrain]) {
    await client.query('BEGIN');
    await client.query("SELECT set_config('ttm_wizard.parameter_1', $1, true)", [JSON.stringify(months)]);
    await client.query(loadSql(file));
    await client.query('COMMIT');
  }
  return {
    url: database.url,
    client,
    rows: async (sql, values = []) =>
      (await client.query<Record<string, string | null>>(sql, [...values])).rows,
    connect,
    untilWaiting: async (sessions) => {
      const waiting = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      await expect
        .poll(async () => (await client.query(waiting)).rowCount, { timeout: 20_000 })
        .toBe(sessions);
    },
    remove: async () => {
      await Promise.all(clients.map((one) => one.end()));
      await database.drop();
    },
  };
}
