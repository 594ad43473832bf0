// What a rollback does when somebody has written to the old file since, and when the application has written very much to the target.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeSample } from '../../src/demo/sample.js';
import { Database } from '../../src/source/sqlite-driver.js';
import { readDiary, untilDiary } from '../support/diary.js';
import { saidIn, takeBack } from '../support/live-commands.js';
import { type LiveSite, createLiveSite } from '../support/live-site.js';
import { missingFromDiary } from '../support/missing-from-diary.js';

const BULK_ROWS = 10_500;

let site: LiveSite;

beforeEach(async () => {
  // A row that only the source has would otherwise be one that the application has deleted, or one of somebody else.
  site = await createLiveSite({ deletes: false, scoresPerMinute: 600 });
  writeSample(site.source, { scores: 800 });
  await site.start();
  const moved = await site.move();
  expect(moved.exitCode, saidIn(moved.events)).toBe(0);
  const { length } = readDiary(site.diary).transactions;
  await untilDiary(site.diary, ({ transactions }) => transactions.length > length + 10);
});
afterEach(() => site.remove());

/** As root, whom the file's mode does not keep out. */
function writeToOldFile(sql: string): void {
  const db = new Database(site.source);
  db.exec(`PRAGMA foreign_keys = OFF; ${sql}`);
  db.close();
}

function askSource(sql: string): unknown[] {
  const db = new Database(site.source, { readonly: true });
  try {
    return db.prepare(sql).pluck().all();
  } finally {
    db.close();
  }
}

const THEIR_ROWS = `
  INSERT INTO app_settings (key, value) VALUES ('their setting', '1');
  INSERT INTO token_scores (id, token_id, score, created_at, scoring_model) VALUES (70000000, 1, 0.5, '2025-10-10 10:00:00.000000', 'theirs');`;
const BULK = `INSERT INTO token_scores (token_id, score, metrics, created_at, scoring_model)
  SELECT 1, round(n / 7.0, 6), jsonb_build_object('n', n, 'text', repeat('x', 500)), now(), 'bulk' FROM generate_series(1, ${BULK_ROWS}) AS n`;

describe('a rollback', () => {
  it('carries back more rows than are compared at once', async () => {
    await site.query(BULK);
    const taken = await takeBack(site);
    expect(taken.exitCode, saidIn(taken.events)).toBe(0);
    expect(askSource(`SELECT count(*) FROM token_scores WHERE scoring_model = 'bulk'`)).toEqual([BULK_ROWS]);
    await site.stop();
    expect(await missingFromDiary(site.diary, site.source)).toEqual([]);
    expect(taken.events.filter(({ type }) => type === 'step.finding')).toEqual([]);
  });

  it('refuses a value that SQLite cannot hold before it stops anything', async () => {
    await site.query(`UPDATE token_scores SET score = 0.12345678901234567890 WHERE id = 1`);
    const taken = await takeBack(site);
    expect(taken.events.at(-1)).toMatchObject({ type: 'run.failed', code: 'CARRY_BACK_VALUE', exitCode: 10 });
    const { length } = readDiary(site.diary).transactions;
    const { transactions } = await untilDiary(site.diary, (diary) => diary.transactions.length > length + 3);
    expect(transactions.at(-1)?.on).toMatch(/^postgresql:/);
    await site.query('UPDATE token_scores SET score = 0.5 WHERE id = 1');
    expect((await takeBack(site)).exitCode).toBe(0);
  });

  it.each([
    ['little', ''],
    ['very much', BULK],
  ])('keeps and names rows of others when the application has written %s', async (_, more) => {
    if (more !== '') await site.query(more);
    writeToOldFile(THEIR_ROWS);
    const taken = await takeBack(site);
    expect(taken.exitCode, saidIn(taken.events)).toBe(0);
    expect(askSource(`SELECT value FROM app_settings WHERE key = 'their setting'`)).toEqual(['1']);
    expect(askSource('SELECT scoring_model FROM token_scores WHERE id = 70000000')).toEqual(['theirs']);
    await site.stop();
    expect(await missingFromDiary(site.diary, site.source)).toEqual([]);
    const findings = taken.events.flatMap((event) => (event.type === 'step.finding' ? [event.finding] : []));
    expect(findings.every(({ code }) => code === 'source-written-too')).toBe(true);
    const named = findings.flatMap(({ examples = [] }) => examples.map(({ key }) => key));
    expect(named).toEqual(expect.arrayContaining(['their setting', '70000000']));
  });

  it('names what others have changed where the application has changed nothing, leaves it, and brings back what it was', async () => {
    writeToOldFile(`UPDATE alembic_version SET version_num = 'theirs'`);
    const taken = await takeBack(site);
    expect(taken.exitCode, saidIn(taken.events)).toBe(0);
    expect(askSource(`SELECT count(*) FROM alembic_version WHERE version_num <> 'theirs'`)).toEqual([1]);
    expect(askSource(`SELECT count(*) FROM alembic_version WHERE version_num = 'theirs'`)).toEqual([1]);
    const findings = taken.events.flatMap((event) => (event.type === 'step.finding' ? [event.finding] : []));
    expect(findings.map(({ table, count }) => ({ table, count }))).toEqual([
      { table: 'alembic_version', count: 2 },
    ]);
  });
});
