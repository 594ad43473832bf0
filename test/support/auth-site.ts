// A migration with --with auth on a server of its own: roles are of the whole cluster, and the shared server is for everybody's tests.
// The run is that of an ordinary user with CREATEROLE; others log in as members of the roles.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { PostgresKind } from '../../src/demo/postgres-binaries.js';
import { removePostgres, startPostgres } from '../../src/demo/postgres-server.js';
import { writeSample } from '../../src/demo/sample.js';
import { type Site, connectAsText, createSite } from './migrate.js';

type Row = Record<string, string | null>;

/** Settings of a session: the tenant, the person, the role. */
export interface As {
  readonly user?: string;
  readonly organization?: string;
  readonly person?: string;
}

export interface AuthSite extends Site {
  /** As the superuser of the server, for whom no row-level security holds. */
  admin(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** In a transaction of its own, as one of the users, in one organization; nothing is kept where it throws. */
  as(who: As, sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** A further site on the same server, with an empty database that `moon` owns. */
  another(): Promise<Site>;
}

const PASSWORD = 'not-of-this-world';
/** Users that log in: `moon` runs the migration, the others are members of the role of that name. */
const MEMBERS = ['app', 'readonly', 'owner'] as const;

/** Nothing is migrated yet. `remove` stops the server. */
export async function createAuthSite(prefer: PostgresKind = 'system'): Promise<AuthSite> {
  const folder = mkdtempSync(join(tmpdir(), 'ttm-auth-'));
  const server = await startPostgres({
    folder,
    prefer,
    settings: { fsync: 'off', max_connections: '80' },
  });
  const superuser = await connectAsText(server.url('postgres'));
  const urlOf = (user: string, database = 'moon'): string => {
    const url = new URL(server.url(database));
    return Object.assign(url, { username: user, password: PASSWORD }).href;
  };
  for (const user of ['moon', ...MEMBERS.map((name) => `${name}_login`)])
    await superuser.query(`CREATE ROLE ${user} LOGIN PASSWORD '${PASSWORD}'`);
  await superuser.query('ALTER ROLE moon CREATEROLE');
  let databases = 0;
  const makeSite = async (): Promise<Site> => {
    const name = databases++ === 0 ? 'moon' : `moon_${databases}`;
    await superuser.query(`CREATE DATABASE ${name} OWNER moon TEMPLATE template0 ENCODING 'UTF8'`);
    const drop = async (): Promise<void> => {
      await superuser.query(`DROP DATABASE ${name} WITH (FORCE)`);
    };
    const made = await createSite({ url: urlOf('moon', name), name, drop });
    writeSample(made.source, { scores: 60 });
    return made;
  };
  const site = await makeSite();
  const admin = await connectAsText(server.url('moon'));
  const clients = new Map<string, pg.Client>();
  const clientOf = async (user: string): Promise<pg.Client> => {
    const client = clients.get(user) ?? (await connectAsText(urlOf(user)));
    clients.set(user, client);
    return client;
  };
  return {
    ...site,
    admin: async (sql, values = []) => (await admin.query<Row>(sql, [...values])).rows,
    as: async ({ user = 'app_login', organization = '', person = '' }, sql, values = []) => {
      const client = await clientOf(user);
      await client.query('BEGIN');
      try {
        await client.query(
          `SELECT set_config('app.organization_id', $1, true), set_config('app.user_id', $2, true)`,
          [organization, person],
        );
        const { rows } = await client.query<Row>(sql, [...values]);
        await client.query('COMMIT');
        return rows;
      } catch (error) {
        await client.query('ROLLBACK');
        throw error;
      }
    },
    another: makeSite,
    remove: async () => {
      for (const client of [...clients.values(), admin]) await client.end();
      await site.remove();
      await superuser.end();
      await server.stop();
      await removePostgres(folder);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** After the migration: the users that log in become members of the roles. */
export async function admitMembers(site: AuthSite): Promise<void> {
  for (const name of MEMBERS) await site.admin(`GRANT tothemoon_${name} TO ${name}_login`);
}
