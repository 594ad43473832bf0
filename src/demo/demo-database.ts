// The database of the demo on its private server.
import pg from 'pg';
import type { PostgresServer } from './postgres-server.js';

export const DATABASE = 'tothemoon_demo';

export interface Database {
  /** Whether an earlier demo had made it. */
  readonly existed: boolean;
  /** server_version_num */
  readonly serverVersion: number;
  /** Makes it anew, without anything in it. */
  makeEmpty(say: (line: string) => void): Promise<void>;
}

export async function openDatabase(server: PostgresServer): Promise<Database> {
  return withServer(server, async (client) => {
    const { rows } = await client.query<{ number: string; existed: boolean }>(
      `SELECT current_setting('server_version_num') AS number,
         EXISTS (SELECT FROM pg_database WHERE datname = $1) AS existed`,
      [DATABASE],
    );
    const existed = rows[0]?.existed === true;
    return {
      existed,
      serverVersion: Number(rows[0]?.number),
      makeEmpty: (say) =>
        withServer(server, async (again) => {
          if (existed) {
            say(`Dropping the database ${DATABASE} of the last demo, and creating it anew.`);
            await again.query(`DROP DATABASE ${DATABASE} WITH (FORCE)`);
          }
          await again.query(`CREATE DATABASE ${DATABASE} TEMPLATE template0 ENCODING 'UTF8'`);
        }),
    };
  });
}

async function withServer<T>(server: PostgresServer, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: server.url() });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
