// A fresh database for a test, on the server that global-setup.ts found or started.
import { randomBytes } from 'node:crypto';
import pg from 'pg';

export interface TestDatabase {
  url: string;
  name: string;
  /** Ends whatever is still connected to it. */
  drop(): Promise<void>;
}

/** The test server's own URL, with its maintenance database. */
export function serverUrl(): string {
  const url = process.env.TTM_TEST_PG_URL;
  if (!url)
    throw new Error(
      'TTM_TEST_PG_URL is not set: run the tests through vitest, whose global setup starts a server.',
    );
  return url;
}

async function runOnServer(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl() });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** Creates an empty UTF-8 database with a name of its own, `suffix` at its end; from template0, which nobody else can be using. */
export async function createDatabase(suffix = ''): Promise<TestDatabase> {
  const name = `ttm_test_${process.pid}_${randomBytes(5).toString('hex')}${suffix}`;
  const quoted = `"${name.replaceAll('"', '""')}"`;
  await runOnServer(`CREATE DATABASE ${quoted} TEMPLATE template0 ENCODING 'UTF8'`);
  const url = new URL(serverUrl());
  url.pathname = `/${encodeURIComponent(name)}`;
  return { url: url.href, name, drop: () => runOnServer(`DROP DATABASE IF EXISTS ${quoted} WITH (FORCE)`) };
}
