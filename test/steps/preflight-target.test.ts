// What preflight asks of the target, each case on a real server, and always without writing anything.
import { existsSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { writeSample } from '../../src/demo/sample.js';
import { Database } from '../../src/source/sqlite-driver.js';
import { serverUrl } from '../support/database.js';
import {
  type Migration,
  type Site,
  createSite,
  endingOf,
  findingsOf,
  objectsIn,
} from '../support/migrate.js';

/** What a run has made, without its ledger. */
const DROP_MADE = `DROP TABLE alembic_version, app_settings, latest_token_scores, token_scores, tokens;
  DROP FUNCTION ensure_partitions(integer), latest_of_metrics(jsonb), keep_latest_token_score(), newest_scores(integer[]),
    lock_latest_scores(integer[]), search_latest_scores(integer[]), refresh_latest_scores();`;

let site: Site;
const madeOnServer: string[] = [];

beforeAll(async () => {
  site = await createSite();
  writeSample(site.source, { scores: 30 });
});

afterAll(async () => {
  await site.remove();
  for (const undo of madeOnServer.reverse()) await onServer(undo);
});

async function onServer(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl() });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** The site's URL with another user, password, port or database. */
function urlWith(change: Partial<Pick<URL, 'username' | 'password' | 'port' | 'pathname' | 'host'>>): string {
  return Object.assign(new URL(site.target), change).href;
}

function codesOf(run: Migration): string[] {
  return findingsOf(run, 'preflight')
    .filter(({ severity }) => severity === 'error')
    .map(({ code }) => code);
}

let folders = 0;
function run(target: string, source = site.source): Promise<Migration> {
  return site.migrate({ target, source, backupDir: join(site.folder, `backups-${++folders}`) });
}

async function isUnchangedBy(work: () => Promise<void>): Promise<void> {
  const before = await objectsIn(site);
  await work();
  expect(await objectsIn(site)).toEqual(before);
}

describe('a target that holds something already', () => {
  it('is refused when it has one of the tables, by name and with what to type', async () => {
    await site.query('CREATE TABLE app_settings (mine text); CREATE TABLE unrelated (id int)');
    await isUnchangedBy(async () => {
      const refused = await run(site.target);
      expect(refused.exitCode).toBe(3);
      expect(codesOf(refused)).toEqual(['target-not-empty']);
      expect(refused.view.findings.find(({ code }) => code === 'target-not-empty')?.message).toBe(
        'the target already has app_settings',
      );
      expect(refused.view.remedies).toContain('an empty database as --target');
    });
    await site.query('DROP TABLE app_settings, unrelated');
  });

  it('is refused when it has a sequence or a view of such a name', async () => {
    await site.query('CREATE SEQUENCE tokens_id_seq; CREATE VIEW tokens AS SELECT 1 AS id');
    expect((await run(site.target)).view.findings.map(({ message }) => message)).toContain(
      'the target already has tokens, tokens_id_seq',
    );
    await site.query('DROP SEQUENCE tokens_id_seq; DROP VIEW tokens');
  });

  it.each([
    ['a table of a partition', 'CREATE TABLE token_scores_default (id int)', 'token_scores_default'],
    [
      'a view of the name of a month',
      `DO $$ BEGIN EXECUTE 'CREATE VIEW token_scores_' || to_char(now(), 'YYYY_MM') || ' AS SELECT 1 AS a'; END $$`,
      new Date().toISOString().slice(0, 7).replace('-', '_').replace(/^/, 'token_scores_'),
    ],
    [
      'a table of the name of an index',
      'CREATE TABLE idx_token_scores_token_created (id int)',
      'idx_token_scores_token_created',
    ],
    [
      'an index of the name of a key',
      'CREATE TABLE o (id int CONSTRAINT tokens_pkey PRIMARY KEY)',
      'tokens_pkey',
    ],
    ['a type of the name of a table', `CREATE TYPE tokens AS ENUM ('a')`, 'tokens'],
    ['a domain of the name of a table', 'CREATE DOMAIN app_settings AS text', 'app_settings'],
    ['a table that it derives', 'CREATE TABLE latest_token_scores (id int)', 'latest_token_scores'],
    [
      'a function that it makes',
      `CREATE FUNCTION ensure_partitions(integer) RETURNS void LANGUAGE sql AS ''`,
      'ensure_partitions(integer)',
    ],
  ])('is refused when it has %s', async (_, sql, name) => {
    const other = await createSite();
    try {
      await other.query(sql);
      const refused = await run(other.target);
      expect(refused.exitCode).toBe(3);
      expect(refused.view.findings.map(({ message }) => message)).toContain(`the target already has ${name}`);
    } finally {
      await other.remove();
    }
  });

  it('is refused when another run has filled it, which is named', async () => {
    const first = await run(site.target);
    expect(first.exitCode).toBe(0);
    await isUnchangedBy(async () => {
      const second = await run(site.target);
      expect(second.exitCode).toBe(3);
      expect(second.view.message).toContain('nothing has been changed');
      const message = second.view.findings.find(({ code }) => code === 'target-not-empty')?.message;
      expect(message?.replace(/\d+ more/, 'N more')).toBe(
        `the target already has alembic_version, tokens, tokens_id_seq, token_scores, token_scores_id_seq, app_settings and N more, made by run ${first.view.run} of ${site.source}`,
      );
      const found = /^find \/ -type d -name (\S+) /m.exec(second.view.remedies.join('\n'))?.[1];
      expect(existsSync(join(site.folder, `backups-${folders - 1}`, found ?? ''))).toBe(true);
      expect(found).toBe(first.view.run);
    });
    await site.query(DROP_MADE);
  });

  it('is taken when only the ledger of an earlier run is left in it', async () => {
    expect(await objectsIn(site)).toContain('schema ttm_wizard');
    expect((await run(site.target)).exitCode).toBe(0);
    expect(await site.query('SELECT count(*) AS n FROM ttm_wizard.run')).toEqual([{ n: '2' }]);
    await site.query(`${DROP_MADE} DROP SCHEMA ttm_wizard CASCADE`);
  });

  it('is taken with its unrelated tables, views and functions, which stay', async () => {
    await site.query('CREATE TABLE orders (id int); CREATE VIEW names AS SELECT 1 AS a');
    const before = await objectsIn(site);
    expect((await run(site.target)).exitCode).toBe(0);
    expect(await objectsIn(site)).toEqual(expect.arrayContaining(before));
    await site.query(`${DROP_MADE} DROP TABLE orders; DROP VIEW names; DROP SCHEMA ttm_wizard CASCADE`);
  });
});

describe('a target without the rights that are needed', () => {
  const role = `ttm_reader_${process.pid}`;
  beforeAll(async () => {
    await onServer(`CREATE ROLE ${role} LOGIN PASSWORD 'reader'`);
    madeOnServer.push(`DROP ROLE ${role}`);
  });

  it('is refused with the GRANT lines that help, both at once', async () => {
    await site.query('REVOKE CREATE ON SCHEMA public FROM public');
    const refused = await run(urlWith({ username: role, password: 'reader' }));
    expect(refused.exitCode).toBe(3);
    expect(codesOf(refused)).toEqual(['target-create-tables', 'target-create-schema']);
    expect(refused.view.remedies).toEqual([
      `GRANT ALL ON SCHEMA "public" TO "${role}";`,
      `GRANT CREATE ON DATABASE "${new URL(site.target).pathname.slice(1)}" TO "${role}";`,
    ]);
  });

  it('works once exactly these lines have been typed', async () => {
    const target = urlWith({ username: role, password: 'reader' });
    const { remedies } = (await run(target)).view;
    await site.query(remedies.join('\n'));
    expect((await run(target)).exitCode).toBe(0);
    await site.query(`${DROP_MADE} DROP SCHEMA ttm_wizard CASCADE; DROP OWNED BY ${role}`);
  });
});

describe('a target whose schema is not public', () => {
  const role = `ttm_elsewhere_${process.pid}`;
  let other: Site;
  let target: string;
  beforeAll(async () => {
    await onServer(`CREATE ROLE ${role} LOGIN PASSWORD 'reader'`);
    madeOnServer.push(`DROP ROLE ${role}`);
  });
  beforeEach(async () => {
    other = await createSite();
    target = Object.assign(new URL(other.target), { username: role, password: 'reader' }).href;
  });
  afterEach(async () => {
    await onServer(`ALTER ROLE ${role} RESET ALL`);
    await other.query(`DROP OWNED BY ${role}`);
    await other.remove();
  });

  it('is taken whatever characters its name has', async () => {
    const schema = '"My ""App"", ключ"';
    await onServer(`ALTER ROLE ${role} SET search_path = ${schema}`);
    await other.query(
      `CREATE SCHEMA ${schema} AUTHORIZATION ${role}; CREATE SCHEMA ttm_wizard AUTHORIZATION ${role}`,
    );
    expect((await run(target)).exitCode).toBe(0);
    expect(await other.query(`SELECT count(*) AS n FROM ${schema}.token_scores`)).toEqual([{ n: '30' }]);
  });

  it('is refused when search_path leads nowhere, with the line that helps', async () => {
    await onServer(`ALTER ROLE ${role} SET search_path = nowhere`);
    await other.query('CREATE SCHEMA ttm_wizard; CREATE TABLE ttm_wizard.run (id text)');
    const refused = await run(target);
    expect(refused.exitCode).toBe(3);
    expect(codesOf(refused)).toEqual(['target-schema', 'target-ledger']);
    await other.query(`GRANT ALL ON SCHEMA public TO ${role}; DROP TABLE ttm_wizard.run`);
    await other.query(refused.view.remedies.join('\n'));
    expect((await run(target)).exitCode).toBe(0);
  });
});

describe('a target database that is not UTF-8', () => {
  it.each(['LATIN1', 'SQL_ASCII'])('is refused when it is %s', async (encoding) => {
    const name = `ttm_${encoding.toLowerCase()}_${process.pid}`;
    await onServer(
      `CREATE DATABASE ${name} TEMPLATE template0 ENCODING '${encoding}' LC_COLLATE 'C' LC_CTYPE 'C'`,
    );
    madeOnServer.push(`DROP DATABASE ${name} WITH (FORCE)`);
    const refused = await run(urlWith({ pathname: `/${name}` }));
    expect(refused.exitCode).toBe(3);
    expect(codesOf(refused)).toEqual(['target-encoding']);
    expect(refused.view.remedies).toEqual([
      expect.stringMatching(new RegExp(`^createdb -h .* -T template0 -E UTF8 ${name}_utf8$`)),
    ]);
  });
});

describe('a target that cannot be reached', () => {
  it('ends with exit code 5 when nobody listens on the port', async () => {
    const closed = await freePort();
    const refused = await run(urlWith({ port: String(closed) }));
    expect(endingOf(refused)).toMatchObject({ type: 'run.failed', exitCode: 5, code: 'TARGET_CONNECTION' });
    expect(refused.view.message).toContain('ECONNREFUSED');
    expect(refused.view.remedies[0]).toContain('pg_isready');
  });

  it('ends with exit code 5 within about 5 s when the server never answers', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const startedAt = performance.now();
    const refused = await run(urlWith({ host: `127.0.0.1:${portOf(silent.address())}` }));
    const elapsedMs = performance.now() - startedAt;
    silent.close();
    expect(refused.exitCode).toBe(5);
    expect(elapsedMs).toBeGreaterThan(4000);
    expect(elapsedMs).toBeLessThan(9000);
  });

  it('ends with exit code 5 when the password is wrong, and does not repeat it', async () => {
    const refused = await run(urlWith({ password: 'wrong-but-secret' }));
    expect(refused.exitCode).toBe(5);
    expect(refused.view.remedies[0]).toContain('password');
    expect(JSON.stringify(refused.events)).not.toContain('wrong-but-secret');
  });

  it('ends with exit code 5 when there is no such database, and says how to make it', async () => {
    const refused = await run(urlWith({ pathname: '/no_such_database' }));
    expect(refused.exitCode).toBe(5);
    const { hostname, port, username } = new URL(site.target);
    expect(refused.view.remedies[0]).toContain(
      `createdb -h ${hostname} -p ${port} -U ${username} -T template0 -E UTF8 no_such_database`,
    );
  });

  it('ends with exit code 5 when the server asks for a password and none is given, and says where to put it', async () => {
    const refused = await run(urlWith({ password: '' }));
    expect(refused.exitCode).toBe(5);
    expect(refused.view.message).toMatch(/: the server asks for a password, and none is given/);
    expect(refused.view.remedies.join('\n')).toMatch(
      /PGPASSWORD[^]*~\/\.pgpass[^]*PGPASSFILE[^]*--target-url-file/,
    );
  });
});

describe('several things wrong at once', () => {
  it('are all found in one run, on both sides', async () => {
    await site.query('CREATE TABLE tokens (id int)');
    const source = join(site.folder, 'wrong.db');
    writeSample(source, { scores: 10 });
    const db = new Database(source);
    db.exec(
      `UPDATE token_scores SET score = 'n/a' WHERE id = 1; CREATE TABLE extra (id INTEGER PRIMARY KEY); DROP TABLE alembic_version`,
    );
    db.close();
    const refused = await run(site.target, source);
    expect(refused.exitCode).toBe(3);
    expect(codesOf(refused).sort()).toEqual([
      'missing-table',
      'target-not-empty',
      'unknown-table',
      'wrong-type',
    ]);
    await site.query('DROP TABLE tokens');
  });

  it('are found in the source even when the target cannot be reached', async () => {
    const source = join(site.folder, 'bad-value.db');
    writeSample(source, { scores: 10 });
    const db = new Database(source);
    db.exec(`UPDATE token_scores SET metrics = '{' WHERE id = 1`);
    db.close();
    const refused = await run(urlWith({ port: String(await freePort()) }), source);
    expect(refused.exitCode).toBe(5);
    expect(codesOf(refused)).toEqual(['target-connection', 'json-syntax']);
  });

  it('are found in the target even when the source is not there', async () => {
    await site.query('CREATE TABLE tokens (id int)');
    const refused = await run(site.target, join(site.folder, 'nowhere.db'));
    expect(refused.exitCode).toBe(4);
    expect(codesOf(refused)).toEqual(['target-not-empty', 'source-not-found']);
    await site.query('DROP TABLE tokens');
  });
});

describe('a backup folder that cannot be used', () => {
  it('ends with exit code 2 before anything is looked at', async () => {
    await expect(site.migrate({ backupDir: join(site.source, 'backups') })).rejects.toMatchObject({
      code: 'BACKUP_DIR',
      exitCode: 2,
    });
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const port = portOf(server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}
