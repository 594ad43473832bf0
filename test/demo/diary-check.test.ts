// The demo's own judge of what it says at its end: it finds what is not there, on both sides, and is not led astray by what the diary
// itself is not sure of.
import { appendFileSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkDiary } from '../../src/demo/diary-check.js';
import { writeSample } from '../../src/demo/sample.js';
import { Database } from '../../src/source/sqlite-driver.js';
import { startApplication } from '../support/application.js';
import { type TestDatabase, createDatabase } from '../support/database.js';
import { readDiary, untilDiary } from '../support/diary.js';

const folder = mkdtempSync(join(tmpdir(), 'ttm-diary-check-'));
const [file, diary] = [join(folder, 'dev.db'), join(folder, 'diary.ndjson')];

beforeAll(async () => {
  writeSample(file, { scores: 500 });
  writeFileSync(join(folder, '.env'), `DATABASE_URL=sqlite:///${file}\n`);
  const application = await startApplication({
    envFiles: [join(folder, '.env')],
    diary,
    scoresPerMinute: 5000,
  });
  await untilDiary(diary, ({ committed }) => committed.length > 400);
  await application.stop();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A copy of what was written, changed by `sql`, and how many values are missing in it. */
async function missingAfter(sql: string): Promise<number> {
  const copy = join(folder, 'copy.db');
  rmSync(copy, { force: true });
  copyFileSync(file, copy);
  const db = new Database(copy);
  db.pragma('foreign_keys = OFF');
  db.exec(sql);
  db.close();
  return (await checkDiary(diary, copy, 1)).missing;
}

function newest(table: string, holds: (columns: Readonly<Record<string, unknown>>) => boolean): number {
  const found = readDiary(diary).committed.findLast(
    (change) => change.table === table && change.operation === 'insert' && holds(change.columns),
  );
  return Number(found?.key);
}

describe('in a file of SQLite', () => {
  it('all of it is there, and every change counts', async () => {
    const { changes, missing } = await checkDiary(diary, file);
    expect(missing).toBe(0);
    expect(changes).toHaveLength(readDiary(diary).committed.length);
    expect(changes.every(({ on }) => on === `sqlite:${file}`)).toBe(true);
  });

  it('a document may have its keys in another order', async () => {
    const id = newest('token_scores', () => true);
    const other = `'{"z": 1, "a": [1, {"c": null, "b": 2.50}]}'`;
    const line = { kind: 'intent', tx: 'x-1', at: '2026-01-01T00:00:00.000Z', on: `sqlite:${file}` };
    const change = {
      table: 'token_scores',
      operation: 'update',
      key: id,
      columns: { metrics: '{"a": [1, {"b": 2.5, "c": null}], "z": 1}' },
    };
    const longer = join(folder, 'longer.ndjson');
    copyFileSync(diary, longer);
    appendFileSync(longer, `${JSON.stringify({ ...line, changes: [change] })}\n`);
    appendFileSync(longer, `${JSON.stringify({ ...line, kind: 'committed' })}\n`);
    expect((await checkDiary(longer, file, 1)).missing).toBe(1);
    const copy = join(folder, 'reordered.db');
    copyFileSync(file, copy);
    const db = new Database(copy);
    db.exec(`UPDATE token_scores SET metrics = ${other} WHERE id = ${id}`);
    db.close();
    expect((await checkDiary(longer, copy)).missing).toBe(0);
  });

  it.each([
    ['a score that differs in its sixth digit', 'score = score + 0.000001'],
    ['a time that differs by a microsecond', `created_at = substr(created_at, 1, 25) || 'x'`],
    ['a text', `scoring_model = scoring_model || ' '`],
    ['a document', `metrics = '{}'`],
    ['a document that is NULL', 'metrics = NULL'],
  ])('%s is missed', async (_, change) => {
    const id = newest('token_scores', ({ metrics }) => metrics !== null);
    expect(await missingAfter(`UPDATE token_scores SET ${change} WHERE id = ${id}`)).toBe(1);
  });

  it('the word null in a document is not the same as NULL', async () => {
    const id = newest('token_scores', ({ raw_components }) => raw_components === 'null');
    expect(await missingAfter(`UPDATE token_scores SET raw_components = NULL WHERE id = ${id}`)).toBe(1);
  });

  it('a row that is gone is missed with all that it held', async () => {
    const id = newest('tokens', ({ name }) => name !== null && name !== '');
    expect(await missingAfter(`DELETE FROM tokens WHERE id = ${id}`)).toBeGreaterThan(4);
  });

  it('a change of which the diary does not know the outcome is not expected, nor what it may have written over', async () => {
    const id = newest('token_scores', () => true);
    const torn = join(folder, 'torn.ndjson');
    const intent = {
      kind: 'intent',
      tx: 'killed-1',
      at: '2026-01-01T00:00:00.000Z',
      on: `sqlite:${file}`,
      changes: [{ table: 'token_scores', operation: 'update', key: id, columns: { score: 77 } }],
    };
    copyFileSync(diary, torn);
    appendFileSync(torn, `\n${JSON.stringify(intent)}\n{"kind":"committed","tx":"kil`);
    const { changes, missing } = await checkDiary(torn, file);
    expect([missing, changes.length]).toEqual([0, readDiary(diary).committed.length]);
  });

  it('no diary is no change', async () => {
    expect(await checkDiary(join(folder, 'nowhere.ndjson'), file)).toEqual({ changes: [], missing: 0 });
  });
});

describe('in PostgreSQL', () => {
  let database: TestDatabase;
  let client: pg.Client;
  const written = join(folder, 'postgres.ndjson');

  beforeAll(async () => {
    database = await createDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(`CREATE TABLE token_scores (id bigint, score numeric, metrics jsonb, created_at timestamptz, scoring_model text);
      CREATE TABLE app_settings (key text, value text);
      INSERT INTO token_scores VALUES (7, 0.10, '{"b": 1, "a": [2.50]}', '2025-10-10 08:30:00.123456+00', 'legacy'), (8, NULL, 'null', now(), '');
      INSERT INTO app_settings VALUES ('odd, "key" {1}', '')`);
    const time = '2025-10-10T08:30:00.123456+00:00';
    const columns = {
      score: 0.1,
      metrics: '{"a": [2.5], "b": 1}',
      created_at: time,
      scoring_model: 'legacy',
    };
    const changes = [
      { table: 'token_scores', operation: 'insert', key: 7, columns },
      { table: 'token_scores', operation: 'update', key: 8, columns: { score: null, metrics: 'null' } },
      { table: 'app_settings', operation: 'update', key: 'odd, "key" {1}', columns: { value: '' } },
    ];
    const line = { tx: 'a-1', at: '2026-01-01T00:00:00.000Z', on: 'postgresql://here/there' };
    writeFileSync(written, `${JSON.stringify({ ...line, kind: 'intent', changes })}\n`);
    appendFileSync(written, `${JSON.stringify({ ...line, kind: 'committed' })}\n`);
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  it('all of it is there in the types of its columns', async () => {
    const { changes, missing } = await checkDiary(written, database.url);
    expect(missing).toBe(0);
    expect(changes.map(({ row }) => row)).toEqual([
      'token_scores 7',
      'token_scores 8',
      'app_settings odd, "key" {1}',
    ]);
  });

  it.each([
    [`UPDATE token_scores SET score = 0.1000001 WHERE id = 7`, 1],
    [`UPDATE token_scores SET created_at = created_at + '1 microsecond' WHERE id = 7`, 1],
    [`UPDATE token_scores SET metrics = NULL WHERE id = 8`, 1],
    [`UPDATE app_settings SET value = NULL`, 1],
    [`DELETE FROM token_scores WHERE id = 7`, 5],
  ])('after %s as much as that is missing', async (sql, missing) => {
    await client.query(
      'CREATE TABLE kept AS TABLE token_scores; CREATE TABLE settings AS TABLE app_settings',
    );
    await client.query(sql);
    expect((await checkDiary(written, database.url, 1)).missing).toBe(missing);
    await client.query('DROP TABLE token_scores; ALTER TABLE kept RENAME TO token_scores');
    await client.query('DROP TABLE app_settings; ALTER TABLE settings RENAME TO app_settings');
  });
});
