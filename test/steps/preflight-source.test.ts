// What preflight asks of the source file as a file: there, whole, and read with everything its WAL holds.
import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeSample } from '../../src/demo/sample.js';
import { Database } from '../../src/source/sqlite-driver.js';
import { differencesByHand } from '../support/compare-by-hand.js';
import { type Site, createSite, endingOf, findingsOf, objectsIn } from '../support/migrate.js';

let site: Site;
beforeEach(async () => {
  site = await createSite();
});
afterEach(() => site.remove());

describe('a source that is no sound SQLite file', () => {
  const cases: readonly [string, string, (path: string) => void][] = [
    ['does not exist', 'SOURCE_NOT_FOUND', () => undefined],
    ['has zero bytes', 'SOURCE_EMPTY', (path) => writeFileSync(path, '')],
    ['is a folder', 'SOURCE_UNREADABLE', (path) => mkdirSync(path)],
    ['is a text file', 'SOURCE_UNREADABLE', (path) => writeFileSync(path, 'DATABASE_URL=…\n'.repeat(99))],
    [
      'holds random bytes',
      'SOURCE_UNREADABLE',
      (path) => writeFileSync(path, Buffer.from(Array.from({ length: 8192 }, (_, i) => (i * 7919) % 251))),
    ],
    [
      'is cut off in the middle, as scp of a live file leaves it',
      'SOURCE_',
      (path) => {
        writeSample(path, { scores: 300 });
        truncateSync(path, Math.floor(statSync(path).size / 2 / 4096) * 4096);
      },
    ],
    [
      'is cut off in the middle of a page',
      'SOURCE_',
      (path) => {
        writeSample(path, { scores: 300 });
        truncateSync(path, Math.floor(statSync(path).size * 0.7) - 100);
      },
    ],
    [
      'has a page of zeros inside',
      'SOURCE_',
      (path) => {
        writeSample(path, { scores: 300 });
        const bytes = readFileSync(path);
        bytes.fill(0, 20 * 4096, 21 * 4096);
        writeFileSync(path, bytes);
      },
    ],
    [
      'has an index that does not fit its rows',
      'SNAPSHOT_CORRUPT',
      (path) => {
        writeSample(path, { scores: 300 });
        breakIndex(path);
      },
    ],
  ];

  it.each(cases)('ends with exit code 4 and an untouched target when it %s', async (_, code, make) => {
    make(site.source);
    const before = await objectsIn(site);
    const run = await site.migrate();
    expect(endingOf(run)).toMatchObject({ type: 'run.failed', exitCode: 4 });
    expect(endingOf(run)).toHaveProperty('code', expect.stringContaining(code));
    expect(run.view.message).toContain(code === 'SNAPSHOT_CORRUPT' ? 'snapshot' : site.source);
    expect(run.view.remedies.length).toBeGreaterThan(0);
    expect(await objectsIn(site)).toEqual(before);
  });
});

/** A row that the index on token_id knows by another value: only integrity_check notices. */
function breakIndex(path: string): void {
  const db = new Database(path);
  db.unsafeMode(true);
  const root = db
    .prepare<[], number>(`SELECT rootpage FROM sqlite_master WHERE name = 'ix_token_scores_token_id'`)
    .pluck()
    .get();
  db.exec(`PRAGMA writable_schema = ON; DELETE FROM sqlite_master WHERE name = 'ix_token_scores_token_id'`);
  db.close();
  const without = new Database(path);
  without.unsafeMode(true);
  without.exec('UPDATE token_scores SET token_id = token_id + 1 WHERE id = 7');
  without.exec(`PRAGMA writable_schema = ON; INSERT INTO sqlite_master
    VALUES ('index', 'ix_token_scores_token_id', 'token_scores', ${root ?? 0}, 'CREATE INDEX ix_token_scores_token_id ON token_scores (token_id)')`);
  without.close();
}

describe('a source in WAL mode with pages that no checkpoint has written back', () => {
  it('is migrated with the rows of its WAL while the application has it open', async () => {
    writeSample(site.source, { scores: 200 });
    const application = new Database(site.source);
    application.pragma('journal_mode = WAL');
    application.pragma('wal_autocheckpoint = 0');
    application.exec(`INSERT INTO app_settings VALUES ('only in the WAL', 'yes');
      UPDATE tokens SET name = 'changed in the WAL' WHERE id = 3;
      DELETE FROM token_scores WHERE id = 5`);
    const main = readFileSync(site.source);
    const wal = readFileSync(`${site.source}-wal`);
    const run = await site.migrate();
    try {
      expect(run.exitCode).toBe(0);
      expect(await site.query(`SELECT value FROM app_settings WHERE key = 'only in the WAL'`)).toEqual([
        { value: 'yes' },
      ]);
      expect((await differencesByHand(site.source, site)).slice(0, 20)).toEqual([]);
      expect(readFileSync(site.source).equals(main)).toBe(true);
      expect(readFileSync(`${site.source}-wal`).equals(wal)).toBe(true);
    } finally {
      application.close();
    }
  });

  it('is migrated with the rows of its WAL when the application is gone, and the WAL stays', async () => {
    const live = join(site.folder, 'live.db');
    writeSample(live, { scores: 200 });
    const application = new Database(live);
    application.pragma('journal_mode = WAL');
    application.exec(`INSERT INTO app_settings VALUES ('only in the WAL', 'yes')`);
    copyFileSync(live, site.source);
    copyFileSync(`${live}-wal`, `${site.source}-wal`);
    application.close();
    const wal = readFileSync(`${site.source}-wal`);
    const run = await site.migrate();
    expect(run.exitCode).toBe(0);
    expect(await site.query(`SELECT count(*) AS n FROM app_settings WHERE key = 'only in the WAL'`)).toEqual([
      { n: '1' },
    ]);
    expect(readFileSync(`${site.source}-wal`).equals(wal)).toBe(true);
    expect(readdirSync(run.folder).filter((name) => name.includes('-wal') || name.includes('-shm'))).toEqual(
      [],
    );
  });
});

describe('a source in UTF-16', () => {
  it.each(['UTF-16le', 'UTF-16be'])('(%s) is migrated like any other', async (encoding) => {
    writeSample(join(site.folder, 'utf8.db'), { scores: 100 });
    rewriteAs(encoding, join(site.folder, 'utf8.db'), site.source);
    const run = await site.migrate();
    expect(run.exitCode).toBe(0);
    expect(await differencesByHand(join(site.folder, 'utf8.db'), site)).toEqual([]);
  });

  it('orders text in another way than the target does, and answers every query of the application alike', async () => {
    writeSample(join(site.folder, 'utf8.db'), { scores: 100 });
    rewriteAs('UTF-16le', join(site.folder, 'utf8.db'), site.source);
    const db = new Database(site.source);
    // First of all in UTF-16le, whose first byte here is 0; last in UTF-8.
    db.exec(`INSERT INTO app_settings VALUES (char(0x100), 'Ā')`);
    // The value of a query that only looks like a list.
    db.exec(
      `UPDATE tokens SET mint_address = '[abc' WHERE id = (SELECT token_id FROM token_scores ORDER BY id DESC LIMIT 1)`,
    );
    db.close();
    const run = await site.migrate();
    expect(run.exitCode).toBe(0);
    expect(run.view.findings.filter(({ code }) => code === 'query-different')).toEqual([]);
    const ofMint = run.view.queries.find(({ query }) => query === 'token by mint');
    expect(ofMint).toMatchObject({ equal: true, rows: 1 });
  });

  it('has its lone surrogates found, which UTF-8 cannot hold', async () => {
    writeSample(join(site.folder, 'utf8.db'), { scores: 100 });
    rewriteAs('UTF-16le', join(site.folder, 'utf8.db'), site.source);
    const db = new Database(site.source);
    // "a", a high surrogate alone, "b"
    db.exec(`UPDATE tokens SET name = CAST(x'61003dd86200' AS TEXT) WHERE id = 3`);
    db.exec(`UPDATE tokens SET name = CAST(x'61003dd8' AS TEXT) WHERE id = 4`);
    db.close();
    const run = await site.migrate();
    expect(run.exitCode).toBe(3);
    const finding = run.view.findings.find(({ code }) => code === 'text-utf8');
    expect(finding).toMatchObject({ table: 'tokens', column: 'name', count: 2 });
  });
});

/** A copy of `from` at `to` in another encoding: same schema, same values. */
function rewriteAs(encoding: string, from: string, to: string): void {
  const source = new Database(from, { readonly: true });
  const copy = new Database(`${to}.new`);
  copy.pragma(`encoding = '${encoding}'`);
  copy.pragma('foreign_keys = OFF');
  for (const sql of source
    .prepare<[], string>('SELECT sql FROM sqlite_master WHERE sql IS NOT NULL')
    .pluck()
    .all())
    copy.exec(sql);
  for (const table of ['alembic_version', 'tokens', 'token_scores', 'app_settings']) {
    const rows = source.prepare<[], unknown[]>(`SELECT * FROM ${table}`).raw().all();
    const insert = copy.prepare(`INSERT INTO ${table} VALUES (${(rows[0] ?? []).map(() => '?').join(', ')})`);
    copy.transaction(() => rows.forEach((row) => insert.run(...row)))();
  }
  source.close();
  copy.close();
  copyFileSync(`${to}.new`, to);
}

describe('a source that has used the highest id of a table', () => {
  const idOf = (id: number): void => {
    writeSample(site.source, { scores: 100 });
    const db = new Database(site.source);
    db.exec(`PRAGMA foreign_keys = OFF;
      INSERT INTO tokens (id, mint_address, status, created_at)
      VALUES (${id}, 'last', 'active', '2025-10-10 10:00:00.000000')`);
    db.close();
  };

  it('is warned that PostgreSQL has none left, and moved all the same', async () => {
    idOf(2 ** 31 - 1);
    const run = await site.migrate();
    expect(endingOf(run)).toMatchObject({ type: 'run.completed', exitCode: 0 });
    expect(findingsOf(run, 'preflight')).toContainEqual(
      expect.objectContaining({ severity: 'warning', code: 'ids-used-up', table: 'tokens' }),
    );
    await expect(
      site.query(`INSERT INTO tokens (mint_address, status, created_at) VALUES ('next', 'active', now())`),
    ).rejects.toThrow('reached maximum value of sequence');
  });

  it('is not warned as long as one is left', async () => {
    idOf(2 ** 31 - 2);
    const run = await site.migrate();
    expect(findingsOf(run, 'preflight').map(({ code }) => code)).not.toContain('ids-used-up');
    await site.query(
      `INSERT INTO tokens (mint_address, status, created_at) VALUES ('next', 'active', now())`,
    );
  });
});
