// The stand-in application on SQLite: it must write what SQLAlchemy writes, wait as pysqlite waits, and know what it wrote.
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { writeSample } from '../../src/demo/sample.js';
import { Database } from '../../src/source/sqlite-driver.js';
import { type Application, type ApplicationOptions, startApplication } from '../support/application.js';
import { type Diary, readDiary, untilDiary } from '../support/diary.js';
import { missingFromDiary } from '../support/missing-from-diary.js';

const FAST = 5000;
const folder = mkdtempSync(join(tmpdir(), 'ttm-application-'));
const sample = join(folder, 'sample.db');
const running: Application[] = [];
let count = 0;

/** A copy of the sample, an env file that names it, and a diary to be. */
function makePlace(): { file: string; envFile: string; diary: string } {
  const base = join(folder, String(++count));
  copyFileSync(sample, `${base}.db`);
  writeFileSync(`${base}.env`, `APP_ENV=prod\nDATABASE_URL=sqlite:///${base}.db\n`);
  return { file: `${base}.db`, envFile: `${base}.env`, diary: `${base}.ndjson` };
}

async function start(options: ApplicationOptions): Promise<Application> {
  const application = await startApplication(options);
  running.push(application);
  return application;
}

function read<T>(file: string, work: (db: Database) => T): T {
  // Not read-only: a killed writer's journal is rolled back by the next that opens the file.
  const db = new Database(file, { timeout: 10_000 });
  try {
    return work(db);
  } finally {
    db.close();
  }
}

function column(file: string, sql: string): unknown[] {
  return read(file, (db) => db.prepare(sql).pluck().all());
}

beforeAll(() => writeSample(sample, { scores: 2000 }));
afterEach(async () => {
  for (const application of running.splice(0)) await application.kill();
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('two services on one file', () => {
  it('write side by side without an error, and all of the diary is in the file', async () => {
    const { file, envFile, diary } = makePlace();
    const options = { envFiles: [envFile], diary, scoresPerMinute: FAST };
    const api = await start({ ...options, role: 'api' });
    const ws = await start({ ...options, role: 'ws' });
    await untilDiary(
      diary,
      ({ committed }) =>
        committed.length > 300 && committed.filter(({ by }) => by.startsWith('ws')).length > 8,
    );
    for (const service of [api, ws]) expect(await service.stop()).toMatchObject({ code: 0, stderr: '' });

    const { transactions, committed, errors, longestWaitMs } = readDiary(diary);
    expect(errors).toEqual([]);
    expect(transactions.filter(({ outcome }) => outcome !== 'committed')).toEqual([]);
    expect(longestWaitMs).toBeLessThan(5000);
    expect(await missingFromDiary(diary, file)).toEqual([]);
    expect(column(file, 'PRAGMA journal_mode')).toEqual(['delete']);
    const doneBy = (role: string): string[] => [
      ...new Set(
        committed
          .filter(({ by }) => by.startsWith(role))
          .map(({ operation, table }) => `${operation} ${table}`),
      ),
    ];
    expect(doneBy('ws')).toEqual(['insert tokens']);
    // A setting may be new as well.
    expect(
      doneBy('api')
        .filter((done) => !done.endsWith('app_settings'))
        .sort(),
    ).toEqual(['insert token_scores', 'update token_scores', 'update tokens']);
    expect(doneBy('api').join()).toContain('app_settings');
    const inserted = committed.filter(
      ({ operation, table }) => operation === 'insert' && table === 'token_scores',
    );
    expect(column(file, 'SELECT count(*) FROM token_scores')).toEqual([2000 + inserted.length]);
  });

  it('may keep a diary each', async () => {
    const { file, envFile, diary } = makePlace();
    const diaries = [`${diary}.api`, `${diary}.ws`];
    const common = { envFiles: [envFile], scoresPerMinute: FAST };
    await start({ ...common, diary: `${diary}.api`, role: 'api' });
    await start({ ...common, diary: `${diary}.ws`, role: 'ws' });
    await untilDiary(diaries, ({ committed }) => committed.length > 100);
    for (const service of running) await service.stop();
    expect(await missingFromDiary(diaries, file)).toEqual([]);
  });
});

describe('what it writes', () => {
  it('has the forms that SQLAlchemy gives times, numbers and JSON', async () => {
    const { file, envFile, diary } = makePlace();
    const application = await start({ envFiles: [envFile], diary, scoresPerMinute: FAST });
    await untilDiary(diary, ({ committed }) => committed.length > 250);
    await application.stop();

    const sixDigits =
      "NOT GLOB '[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]'";
    expect(
      column(
        file,
        `SELECT created_at FROM token_scores WHERE created_at ${sixDigits}
         UNION ALL SELECT created_at FROM tokens WHERE created_at ${sixDigits}
         UNION ALL SELECT last_updated_at FROM tokens WHERE last_updated_at IS NOT NULL AND last_updated_at ${sixDigits}`,
      ),
    ).toEqual([]);
    const isNew = 'id > 2000';
    expect(column(file, `SELECT DISTINCT typeof(score) FROM token_scores WHERE ${isNew} ORDER BY 1`)).toEqual(
      expect.arrayContaining(['integer', 'real']),
    );
    expect(
      column(file, `SELECT DISTINCT typeof(score) FROM token_scores WHERE ${isNew} AND score IN (0, 1)`),
    ).toEqual(['integer']);
    expect(
      column(file, `SELECT score FROM token_scores WHERE ${isNew} AND score <> round(score, 6)`),
    ).toEqual([]);
    expect(column(file, `SELECT DISTINCT typeof(metrics) FROM token_scores WHERE ${isNew}`)).toContain(
      'text',
    );
    const documents = column(
      file,
      `SELECT value FROM (SELECT metrics AS value, id FROM token_scores UNION ALL SELECT raw_components, id FROM token_scores
       UNION ALL SELECT smoothed_components, id FROM token_scores UNION ALL SELECT spam_metrics, id FROM token_scores)
       WHERE ${isNew} AND value IS NOT NULL`,
    ).map(String);
    expect(documents).toContain('null');
    expect(documents.length).toBeGreaterThan(200);
    for (const text of documents) {
      // ensure_ascii leaves nothing else.
      expect(text).toMatch(/^[\x20-\x7e]*$/);
      // Python's separators, outside of strings: every comma and colon has one space behind it.
      expect(text.replace(/"(?:[^"\\]|\\.)*"/g, '""')).not.toMatch(/[,:](?! \S)|\s[,:]|[[{]\s/);
    }
  });

  it('takes ids as SQLite does, one more than the highest, a deleted one included', async () => {
    const { file, envFile, diary } = makePlace();
    const application = await start({ envFiles: [envFile], diary, scoresPerMinute: FAST, deletes: true });
    const { committed } = await untilDiary(
      diary,
      (so) => so.committed.filter(({ operation }) => operation === 'delete').length > 8,
    );
    await application.stop();
    const keys = committed
      .filter(({ table, operation }) => table === 'token_scores' && operation === 'insert')
      .map(({ key }) => Number(key));
    expect(keys[0]).toBeLessThanOrEqual(2001);
    expect(new Set(keys).size).toBeLessThan(keys.length);
    expect(await missingFromDiary(diary, file)).toEqual([]);
  });

  it('keeps to the pace asked for: at 600 a minute six scores take half a second', async () => {
    const { envFile, diary } = makePlace();
    const application = await start({ envFiles: [envFile], diary, role: 'api', scoresPerMinute: 600 });
    const scoresIn = ({ committed }: Diary): Diary['committed'] =>
      committed.filter(
        ({ operation, columns }) => operation === 'insert' && typeof columns['metrics'] === 'string',
      );
    const [first, , , , , sixth] = scoresIn(await untilDiary(diary, (so) => scoresIn(so).length > 5));
    await application.stop();
    // Less by as much as the first one was late.
    expect(Number(sixth?.tick) - Number(first?.tick)).toBeGreaterThan(300_000);
  });
});

describe('a file that others use too', () => {
  it('is written on while somebody takes a VACUUM INTO of it', async () => {
    const { file, envFile, diary } = makePlace();
    const application = await start({ envFiles: [envFile], diary, scoresPerMinute: FAST });
    for (let copy = 0; copy < 5; copy++) {
      const before = readDiary(diary).committed.length;
      read(file, (db) => db.prepare('VACUUM INTO ?').run(`${file}.copy${copy}`));
      await untilDiary(diary, ({ committed }) => committed.length > before + 20);
    }
    await application.stop();
    expect(readDiary(diary).errors).toEqual([]);
    expect(await missingFromDiary(diary, file)).toEqual([]);
  });

  it('makes a commit wait for a reader, but not fail, and the wait is in the diary', async () => {
    const { file, envFile, diary } = makePlace();
    const application = await start({ envFiles: [envFile], diary, scoresPerMinute: FAST });
    await untilDiary(diary, ({ committed }) => committed.length > 20);
    const reader = new Database(file, { readonly: true, timeout: 10_000 });
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM token_scores').get();
    await pause(1200);
    reader.exec('COMMIT');
    reader.close();
    const before = readDiary(diary).committed.length;
    await untilDiary(diary, ({ committed }) => committed.length > before + 20);
    await application.stop();
    const { errors, longestWaitMs } = readDiary(diary);
    expect(errors).toEqual([]);
    expect(longestWaitMs).toBeGreaterThan(1000);
    expect(longestWaitMs).toBeLessThan(5000);
    expect(await missingFromDiary(diary, file)).toEqual([]);
  });

  it('gives up after five seconds, says so in the diary, loses nothing and goes on', async () => {
    const { file, envFile, diary } = makePlace();
    const application = await start({ envFiles: [envFile], diary, scoresPerMinute: FAST });
    await untilDiary(diary, ({ committed }) => committed.length > 20);
    const other = new Database(file, { timeout: 10_000 });
    other.exec('BEGIN IMMEDIATE');
    await untilDiary(diary, ({ errors }) => errors.length > 0);
    other.exec('ROLLBACK');
    other.close();
    const before = readDiary(diary).committed.length;
    await untilDiary(diary, ({ committed }) => committed.length > before + 20);
    await application.stop();
    const { errors } = readDiary(diary);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ where: 'write', message: 'database is locked' });
    expect(errors[0]?.waitedMs).toBeGreaterThan(4500);
    expect(errors[0]?.waitedMs).toBeLessThan(10_000);
    expect(await missingFromDiary(diary, file)).toEqual([]);
  });
});

describe('its end', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('comes within a second of %s, with exit 0', async (signal) => {
    const { file, envFile, diary } = makePlace();
    const application = await start({ envFiles: [envFile], diary, scoresPerMinute: FAST, serves: true });
    await untilDiary(diary, ({ committed }) => committed.length > 20);
    const ending = await application.stop(signal);
    expect(ending).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(ending.elapsedMs).toBeLessThan(1000);
    const { transactions, faults } = readDiary(diary);
    expect(faults).toEqual([]);
    expect(transactions.at(-1)?.outcome).toBe('committed');
    expect(await missingFromDiary(diary, file)).toEqual([]);
  });

  it('comes at once while it waits for the next score', async () => {
    const { envFile, diary } = makePlace();
    const application = await start({ envFiles: [envFile], diary, role: 'ws', scoresPerMinute: 1 });
    await untilDiary(diary, ({ committed }) => committed.length > 0);
    const ending = await application.stop();
    expect(ending.code).toBe(0);
    expect(ending.elapsedMs).toBeLessThan(1000);
  });

  it('by kill -9, again and again, leaves a diary whose entries are all in the file', async () => {
    const { file, envFile, diary } = makePlace();
    for (let life = 0; life < 4; life++) {
      const application = await start({ envFiles: [envFile], diary, scoresPerMinute: FAST, deletes: true });
      const so = life === 0 ? 0 : readDiary(diary).committed.length;
      await untilDiary(diary, ({ committed }) => committed.length > so + 40 + 7 * life);
      expect(await application.kill()).toMatchObject({ code: null, signal: 'SIGKILL' });
    }
    expect(column(file, 'PRAGMA integrity_check')).toEqual(['ok']);
    expect(readDiary(diary).errors).toEqual([]);
    expect(await missingFromDiary(diary, file)).toEqual([]);
  });

  it('is at the start, with a reason, when its arguments make no sense', async () => {
    await expect(startApplication({ scoresPerMinute: Number.NaN })).rejects.toThrow(
      "ended with 1: --scores-per-minute takes a number, not 'NaN'",
    );
  });
});
