// The dump is worth something only if it can be restored: into another database, where every value is compared again.
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { findPgDump } from '../../src/tools/pg-dump.js';
import { createDatabase } from '../support/database.js';
import { Database } from '../../src/source/sqlite-driver.js';
import { differencesByHand } from '../support/compare-by-hand.js';
import { type Migration, type Site, createSite, newestRun, notices } from '../support/migrate.js';
import { writeOddSource } from '../support/odd-source.js';

let site: Site;
let run: Migration;
let dump: string;

beforeAll(async () => {
  site = await createSite();
  writeOddSource(site.source, { scores: 200 });
  run = await site.migrate({ dump: true });
  dump = join(run.folder, 'target.dump');
});

afterAll(() => site.remove());

describe('the dump of a migrated target', () => {
  it('is made last, when everything has been verified', () => {
    expect(run.exitCode).toBe(0);
    const completed = run.events.filter((event) => event.type === 'step.completed').map(({ step }) => step);
    expect(completed.slice(-2)).toEqual(['verify', 'dump']);
  });

  it('restores into an empty database with every value', async () => {
    const other = await createSite();
    try {
      const tools = await findPgDump(undefined);
      const restore = await execa(
        tools?.pgRestore ?? 'pg_restore',
        ['--no-owner', '--exit-on-error', `--dbname=${other.target}`, dump],
        { reject: false },
      );
      expect([restore.exitCode, restore.stderr]).toEqual([0, '']);
      expect((await differencesByHand(site.source, other)).slice(0, 20)).toEqual([]);
    } finally {
      await other.remove();
    }
  });

  it('stands in the manifest beside the snapshot, both with their size and SHA-256', () => {
    const parsed: unknown = JSON.parse(readFileSync(join(run.folder, 'manifest.json'), 'utf8'));
    const entry = z.object({ file: z.string(), bytes: z.number(), sha256: z.string() });
    const manifest = z.array(entry).parse(parsed);
    expect(manifest.map(({ file }) => file)).toEqual(['snapshot.db', 'target.dump']);
    for (const { file, bytes, sha256 } of manifest) {
      const path = join(run.folder, file);
      expect(statSync(path).size).toBe(bytes);
      expect(createHash('sha256').update(readFileSync(path)).digest('hex')).toBe(sha256);
    }
  });

  it('is told with its place, size and SHA-256, as the snapshot is', () => {
    const told = run.view.files.map(({ step, file, bytes, sha256 }) => ({ step, file, bytes, sha256 }));
    const onDisk = (['backup', 'dump'] as const).map((step) => {
      const file = join(run.folder, step === 'backup' ? 'snapshot.db' : 'target.dump');
      const bytes = readFileSync(file);
      return { step, file, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
    });
    expect(told).toEqual(onDisk);
  });

  it('can be left to nobody but its owner', () => {
    expect(statSync(run.folder).mode & 0o777).toBe(0o700);
  });

  it('is missed when it is gone, without failing the run', async () => {
    rmSync(dump);
    const again = await site.migrate({ dump: true });
    expect(again.exitCode).toBe(0);
    // Of the run as a whole the report still has both sums, and the version of the server, which was asked only at first.
    expect(again.view.files).toEqual(run.view.files);
    expect(again.view.environment).toEqual(run.view.environment);
    expect(notices(again).join()).toContain('is gone or has changed since it was made');
  });
});

describe('the dump beside what is not ours', () => {
  const role = `ttm_dumper_${process.pid}`;

  it('leaves out the schemas of others, and takes no server or database from the environment', async () => {
    const other = await createSite();
    writeOddSource(other.source, { scores: 20 });
    const before = { ...process.env };
    try {
      await other.query(`CREATE ROLE ${role} LOGIN PASSWORD 'dumper'; GRANT ALL ON SCHEMA public TO ${role};
        CREATE SCHEMA ttm_wizard AUTHORIZATION ${role};
        CREATE SCHEMA "Else ""where""*"; CREATE TABLE "Else ""where""*".secret (id int); CREATE SCHEMA other; CREATE TABLE other.secret (id int)`);
      await other.query(`ALTER ROLE ${role} SET client_encoding = 'LATIN1'`);
      Object.assign(process.env, { PGSERVICE: 'nosuch', PGHOSTADDR: '127.0.0.9' });
      const target = Object.assign(new URL(other.target), { username: role, password: 'dumper' }).href;
      const { exitCode, view } = await other.migrate({ target, dump: true });
      expect([exitCode, view.message]).toEqual([0, expect.stringContaining('copied and compared')]);
    } finally {
      for (const name of ['PGSERVICE', 'PGHOSTADDR']) Reflect.deleteProperty(process.env, name);
      Object.assign(process.env, before);
      await other.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
      await other.remove();
    }
  });
});

describe('the dump of a schema in which others have something too', () => {
  const role = `ttm_neighbour_${process.pid}`;

  it('leaves out what the role may not read, says so, and restores', async () => {
    const [shared, other] = [await createSite(), await createSite()];
    writeOddSource(shared.source, { scores: 20 });
    try {
      await shared.query(`CREATE ROLE ${role} LOGIN PASSWORD 'dumper'; GRANT ALL ON SCHEMA public TO ${role};
        GRANT CREATE ON DATABASE ${new URL(shared.target).pathname.slice(1)} TO ${role};
        CREATE TABLE "Secret ""1""*.x" (id serial PRIMARY KEY); CREATE SEQUENCE numbers; CREATE TABLE parts (id int) PARTITION BY LIST (id);
        CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1); CREATE MATERIALIZED VIEW seen AS SELECT 1 AS one;
        SELECT lo_from_bytea(0, 'large')`);
      const target = Object.assign(new URL(shared.target), { username: role, password: 'dumper' }).href;
      const made = await shared.migrate({ target, dump: true });
      expect([made.exitCode, made.view.message]).toEqual([0, expect.stringContaining('copied and compared')]);
      expect(notices(made)).toEqual([
        'not in the dump, because this run did not make it: Secret "1"*.x, Secret "1"*.x_id_seq, numbers, parts, parts_1, seen',
      ]);
      const { pgRestore = 'pg_restore' } = (await findPgDump(undefined)) ?? {};
      const file = join(made.folder, 'target.dump');
      const arguments_ = [
        '--no-owner',
        '--no-privileges',
        '--exit-on-error',
        `--dbname=${other.target}`,
        file,
      ];
      const { stderr } = await execa(pgRestore, arguments_, { reject: false });
      expect(stderr).toBe('');
      expect((await differencesByHand(shared.source, other)).slice(0, 20)).toEqual([]);
      const [{ partitions = '' } = {}] = await other.query(
        `SELECT count(*) AS partitions FROM pg_inherits WHERE inhparent = 'token_scores'::regclass`,
      );
      expect(Number(partitions)).toBeGreaterThan(3);
    } finally {
      await shared.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
      await shared.remove();
      await other.remove();
    }
  });
});

describe('a database whose name has to be percent-encoded in a URL, with a table whose name has line breaks', () => {
  it('is filled and dumped by that name', async () => {
    const database = await createDatabase(`/50% "#"?'`);
    const odd = await createSite(database);
    try {
      writeOddSource(odd.source, { scores: 20 });
      const source = new Database(odd.source);
      source.exec('CREATE TABLE "in\ntwo\r\nlines" (id INTEGER PRIMARY KEY)');
      source.close();
      const { exitCode, folder } = await odd.migrate({ dump: true, onDrift: 'carry' });
      expect(exitCode).toBe(0);
      expect(statSync(join(folder, 'target.dump')).size).toBeGreaterThan(0);
      expect(newestRun(odd).state.target.database).toBe(database.name);
    } finally {
      await odd.remove();
    }
  });
});
