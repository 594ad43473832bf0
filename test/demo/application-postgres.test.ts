// The stand-in application on a database that the wizard itself made: it finds its data there, goes on, and its diary holds.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeSample } from '../../src/demo/sample.js';
import { type Application, type ApplicationOptions, startApplication } from '../support/application.js';
import { readDiary, untilDiary } from '../support/diary.js';
import { type Site, createSite } from '../support/migrate.js';
import { missingFromDiary } from '../support/missing-from-diary.js';

const FAST = 5000;
const running: Application[] = [];
let site: Site;
let onSqlite: string;
let onPostgres: string;
let target: string;
let diary: string;

async function start(options: ApplicationOptions): Promise<Application> {
  const application = await startApplication({ diary, ...options });
  running.push(application);
  return application;
}

function envFile(name: string, url: string): string {
  const file = join(site.folder, name);
  writeFileSync(file, `APP_ENV=prod\nDATABASE_URL=${url}\n`);
  return file;
}

async function migrate(): Promise<void> {
  const { exitCode } = await site.migrate();
  expect(exitCode).toBe(0);
}

beforeEach(async () => {
  site = await createSite();
  writeSample(site.source, { scores: 2000 });
  diary = join(site.folder, 'diary.ndjson');
  onSqlite = envFile('sqlite.env', `sqlite:///${site.source}`);
  // SQLAlchemy knows no postgres://.
  target = site.target.replace(/^postgres:/, 'postgresql:');
  onPostgres = envFile('postgres.env', target);
});
afterEach(async () => {
  for (const application of running.splice(0)) await application.kill();
  await site.remove();
});

describe('on the migrated database', () => {
  it('both services write, and all of the diary is there', async () => {
    await migrate();
    const options = { envFiles: [onPostgres], scoresPerMinute: FAST, deletes: true };
    const api = await start({ ...options, role: 'api' });
    const ws = await start({ ...options, role: 'ws' });
    expect(api.greeting).toMatch(/^api runs on postgresql:\/\/127\.0\.0\.1:\d+\/ttm_test_\w+$/);
    await untilDiary(
      diary,
      ({ committed }) =>
        committed.length > 150 &&
        committed.some(({ operation }) => operation === 'delete') &&
        committed.some(({ by }) => by.startsWith('ws')),
    );
    for (const service of [api, ws]) {
      const ending = await service.stop();
      expect(ending).toMatchObject({ code: 0, stderr: '' });
      expect(ending.elapsedMs).toBeLessThan(1000);
    }
    const { errors, committed, longestWaitMs } = readDiary(diary);
    expect(errors).toEqual([]);
    expect(longestWaitMs).toBeLessThan(5000);
    expect(await missingFromDiary(diary, site.target)).toEqual([]);
    const ids = committed.filter(
      ({ operation, table }) => operation === 'insert' && table === 'token_scores',
    );
    expect(Math.min(...ids.map(({ key }) => Number(key)))).toBe(2001);
  });

  it('goes on with the diary begun on SQLite, which is there as a whole', async () => {
    const before = await start({ envFiles: [onSqlite], scoresPerMinute: FAST });
    await untilDiary(diary, ({ committed }) => committed.length > 60);
    await before.stop();
    const { length } = readDiary(diary).committed;
    await migrate();
    const after = await start({ envFiles: [onPostgres], scoresPerMinute: FAST });
    await untilDiary(diary, ({ committed }) => committed.length > length + 60);
    await after.stop();
    expect(await missingFromDiary(diary, site.target)).toEqual([]);
    // What was written since is not in the file that stayed behind.
    expect(await missingFromDiary(diary, site.source)).not.toEqual([]);
  });

  it('takes the URL in the form of psycopg2, and the first env file before the second', async () => {
    await migrate();
    const first = envFile('first.env', target.replace('postgresql:', 'postgresql+psycopg2:'));
    const application = await start({ envFiles: [first, onSqlite], scoresPerMinute: 0 });
    expect(application.greeting).toContain('runs on postgresql://');
  });

  it('by kill -9 leaves a diary whose entries are all there', async () => {
    await migrate();
    for (let life = 1; life <= 3; life++) {
      const application = await start({ envFiles: [onPostgres], scoresPerMinute: FAST });
      await untilDiary(diary, ({ committed }) => committed.length > 50 * life);
      await application.kill();
    }
    expect(readDiary(diary).errors).toEqual([]);
    expect(await missingFromDiary(diary, site.target)).toEqual([]);
  });

  it('writes zero as psycopg2 does, and None in a JSON column as the word null', async () => {
    await migrate();
    const application = await start({ envFiles: [onPostgres], scoresPerMinute: FAST, role: 'api' });
    const isNull = (column: unknown): boolean => column === 'null';
    await untilDiary(diary, ({ committed }) => {
      const scores = committed.filter(({ columns }) => 'raw_components' in columns);
      return (
        scores.some(({ columns }) => columns['score'] === 0) &&
        scores.some(({ columns }) => isNull(columns['raw_components']))
      );
    });
    await application.stop();
    expect(
      await site.query('SELECT DISTINCT score::text FROM token_scores WHERE id > 2000 AND score = 0'),
    ).toEqual([{ score: '0.0' }]);
    const nulls = await site.query(
      "SELECT count(*) FILTER (WHERE raw_components = 'null') > 0 AS words FROM token_scores WHERE id > 2000",
    );
    expect(nulls).toEqual([{ words: 't' }]);
  });
});

describe('a loss on PostgreSQL is found and named:', () => {
  async function write(): Promise<number> {
    await migrate();
    const application = await start({ envFiles: [onPostgres], scoresPerMinute: FAST, role: 'api' });
    await untilDiary(diary, ({ committed }) => committed.length > 30);
    await application.stop();
    const { committed } = readDiary(diary);
    const last = committed.findLast(
      ({ operation, columns }) => operation === 'insert' && columns['score'] !== undefined,
    );
    return Number(last?.key);
  }

  it('a row, a digit, an instant, a key of a document, and an id given twice', async () => {
    const id = await write();
    const judge = (): Promise<string[]> => missingFromDiary(diary, site.target);
    expect(await judge()).toEqual([]);
    const tamper = async (set: string, expected: RegExp): Promise<void> => {
      await site.query('BEGIN');
      const [row] = await site.query('SELECT * FROM token_scores WHERE id = $1', [id]);
      await site.query(`UPDATE token_scores SET ${set} WHERE id = $1`, [id]);
      await site.query('COMMIT');
      const found = await judge();
      expect(found).toHaveLength(1);
      expect(found[0]).toMatch(expected);
      const columns = ['score', 'created_at', 'metrics', 'spam_metrics'];
      const back = columns.map((name, at) => `${name} = $${at + 2}`).join(', ');
      await site.query(`UPDATE token_scores SET ${back} WHERE id = $1`, [
        id,
        ...columns.map((name) => row?.[name]),
      ]);
      expect(await judge()).toEqual([]);
    };
    await tamper('score = coalesce(score, 0) + 0.000001', /score: written/);
    await tamper("created_at = created_at + interval '1 microsecond'", /created_at: written/);
    await tamper('metrics = coalesce(metrics, \'{}\') || \'{"source": "x"}\'', /metrics: written/);
    await tamper('spam_metrics = NULL', /spam_metrics: written .*, found "NULL"/);
    await site.query(
      "INSERT INTO token_scores (id, token_id, created_at) SELECT id, token_id, created_at - interval '1 day' FROM token_scores WHERE id = $1",
      [id],
    );
    expect(await judge()).toEqual([`token_scores ${id} stands 2 times`]);
    await site.query('DELETE FROM token_scores WHERE id = $1', [id]);
    expect(await judge()).toEqual([`token_scores ${id} is missing`]);
  });
});

describe('the endpoints', () => {
  it('answer alike on both databases', async () => {
    await migrate();
    const [sqlite, postgres] = [
      await start({ envFiles: [onSqlite], scoresPerMinute: 0, serves: true }),
      await start({ envFiles: [onPostgres], scoresPerMinute: 0, serves: true }),
    ];
    for (const path of [
      '/health',
      '/tokens/stats',
      '/tokens',
      '/tokens/?limit=1',
      '/tokens?limit=2&offset=1',
      '/tokens?limit=100&offset=100',
      '/tokens?limit=0',
      '/tokens?offset=-1',
      '/tokens?limit=many',
      '/nowhere',
    ]) {
      expect({ path, ...(await postgres.get(path)) }).toEqual({ path, ...(await sqlite.get(path)) });
    }
    expect(await postgres.get('/health')).toEqual({ status: 200, body: { status: 'ok' } });
    expect(await postgres.get('/tokens/stats')).toEqual({
      status: 200,
      body: { active: 2, archived: 17, monitoring: 1, total: 20 },
    });
    expect((await postgres.get('/tokens?limit=0')).status).toBe(422);
    expect((await postgres.get('/nowhere')).status).toBe(404);
    const { body } = await postgres.get('/tokens?limit=2');
    expect(body).toMatchObject({ total: 3, limit: 2, offset: 0 });
    expect(body).toHaveProperty('items.1.mint_address', expect.stringMatching(/^\w{32,44}$/));
    expect(body).toHaveProperty(
      'items.0.scored_at',
      expect.stringMatching(/^2025-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/),
    );
    expect(body).toHaveProperty('items.0.score', expect.any(Number));
    expect(body).toHaveProperty('items.0.liquidity_usd', expect.any(Number));
  });

  it('show what the application writes', async () => {
    await migrate();
    const application = await start({ envFiles: [onPostgres], scoresPerMinute: FAST, serves: true });
    const before = await application.get('/tokens/stats');
    await untilDiary(
      diary,
      ({ committed }) =>
        committed.filter(({ operation, table }) => operation === 'insert' && table === 'tokens').length > 3,
    );
    const after = await application.get('/tokens/stats');
    const total = (answer: { body: unknown }): unknown => Reflect.get(Object(answer.body), 'total');
    expect(Number(total(after))).toBeGreaterThan(Number(total(before)));
  });

  it('say 500 in JSON when the database refuses, while /health knows nothing of it', async () => {
    const password = 'pass-word-of-nobody';
    const wrong = new URL(target);
    wrong.pathname = '/there_is_no_such_database';
    const urls = [
      wrong.href,
      `postgresql://nobody:${password}@127.0.0.1:1/none`,
      `sqlite:///${site.folder}/no/dev.db`,
    ];
    for (const [at, url] of urls.entries()) {
      const own = join(site.folder, `refused-${at}.ndjson`);
      const file = envFile(`refused-${at}.env`, url);
      const application = await start({ envFiles: [file], diary: own, serves: true, scoresPerMinute: 600 });
      expect(await application.get('/health')).toEqual({ status: 200, body: { status: 'ok' } });
      for (const path of ['/tokens/stats', '/tokens']) {
        const { status, body } = await application.get(path);
        expect({ path, status }).toEqual({ path, status: 500 });
        expect(body).toHaveProperty('detail', expect.stringMatching(/\w+/));
        expect(JSON.stringify(body)).not.toContain(password);
      }
      const { errors } = await untilDiary(own, (so) => so.errors.length > 5);
      const places = new Set(errors.map(({ where }) => where));
      expect([...places].sort()).toEqual(['GET /tokens', 'GET /tokens/stats', 'connect']);
      const ending = await application.stop();
      expect(ending.code).toBe(0);
      expect(JSON.stringify(errors) + ending.stderr).not.toContain(password);
    }
  });

  it('say 500 when the file lacks the tables', async () => {
    rmSync(site.source);
    const application = await start({ envFiles: [onSqlite], serves: true, scoresPerMinute: 0 });
    expect(await application.get('/tokens/stats')).toEqual({
      status: 500,
      body: { detail: 'no such table: tokens' },
    });
  });
});
