// Rows that a rollback could lose, or trip over: after an attempt that was cut off, in a source that has lost rows, and rows that SQLite
// cannot take or has in another way.
import { copyFileSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeSample } from '../../src/demo/sample.js';
import type { Finding } from '../../src/events.js';
import { Database } from '../../src/source/sqlite-driver.js';
import { readDiary, untilDiary } from '../support/diary.js';
import { type TakenBack, saidIn, takeBack } from '../support/live-commands.js';
import { type LiveSite, createLiveSite } from '../support/live-site.js';
import { missingFromDiary } from '../support/missing-from-diary.js';
import { writeRows } from '../support/sample-of-rows.js';

let site: LiveSite;

beforeEach(async () => {
  site = await createLiveSite({ deletes: false, scoresPerMinute: 300 });
  writeSample(site.source, { scores: 800 });
});
afterEach(() => site.remove());

/** On the source as somebody else, before the application is moved or behind its back. */
function writeToFile(sql: string, file = site.source): void {
  const db = new Database(file);
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

/** So many rows that the application adds nothing to the first chunk. */
function useLargeSource(): void {
  rmSync(site.source);
  writeRows(site.source, 5600);
}

async function move(onBadValue: 'stop' | 'quarantine' = 'stop'): Promise<void> {
  await site.start();
  const moved = await site.move({ onBadValue });
  expect(moved.exitCode, saidIn(moved.events)).toBe(onBadValue === 'stop' ? 0 : 6);
}

function findingsIn({ events }: TakenBack, code: string): Finding[] {
  const findings = events.flatMap((event) => (event.type === 'step.finding' ? [event.finding] : []));
  return findings.filter((finding) => finding.code === code);
}

async function expectBack(): Promise<TakenBack> {
  const taken = await takeBack(site);
  expect(taken.exitCode, saidIn(taken.events)).toBe(0);
  return taken;
}

/** Nothing was stopped, and the application goes on writing to the target. */
async function expectRefused(...named: readonly RegExp[]): Promise<void> {
  const { events } = await takeBack(site);
  expect(events.at(-1)).toMatchObject({ type: 'run.failed', code: 'CARRY_BACK_VALUE', exitCode: 10 });
  for (const name of named) expect(saidIn(events)).toMatch(name);
  expect(events.map(({ type }) => type)).not.toContain('downtime.started');
  const { length } = readDiary(site.diary).transactions;
  const { transactions } = await untilDiary(site.diary, (diary) => diary.transactions.length > length + 2);
  expect(transactions.at(-1)?.on).toMatch(/^postgresql:/);
}

const REFUSE_NOTES = `
  CREATE FUNCTION ttm_wizard.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not now'; END $$;
  CREATE TRIGGER refuse BEFORE UPDATE ON ttm_wizard.chunk FOR EACH ROW EXECUTE FUNCTION ttm_wizard.refuse()`;

describe('a rollback', () => {
  it('brings a value back that the application has set back since an attempt that was cut off', async () => {
    useLargeSource();
    writeToFile('UPDATE token_scores SET score = 0.5 WHERE id = 1');
    await move();
    await site.query('UPDATE token_scores SET score = 0.25 WHERE id = 1');
    await site.query(
      `INSERT INTO token_scores (id, token_id, created_at, scoring_model) VALUES (-5, 1, now(), 'brief')`,
    );
    await site.query(REFUSE_NOTES);
    expect((await takeBack(site)).exitCode).toBe(10);
    expect(askSource('SELECT score FROM token_scores WHERE id = 1')).toEqual([0.25]);
    await site.query('DROP FUNCTION ttm_wizard.refuse() CASCADE');
    await site.query('UPDATE token_scores SET score = 0.5 WHERE id = 1');
    await site.query('DELETE FROM token_scores WHERE id = -5');
    const taken = await expectBack();
    expect(askSource('SELECT score FROM token_scores WHERE id = 1')).toEqual([0.5]);
    expect(askSource('SELECT id FROM token_scores WHERE id = -5')).toEqual([]);
    expect(findingsIn(taken, 'source-written-too')).toEqual([]);
  });

  it('brings back every row that an older copy in the place of the source lacks, and names them', async () => {
    const older = `${site.source}.older`;
    copyFileSync(site.source, older);
    writeToFile('DELETE FROM token_scores WHERE id <= 200; DELETE FROM alembic_version', older);
    await move();
    copyFileSync(older, site.source);
    const taken = await expectBack();
    expect(askSource('SELECT count(*) FROM token_scores WHERE id <= 200')).toEqual([200]);
    expect(askSource('SELECT count(*) FROM alembic_version')).toEqual([1]);
    await site.stop();
    expect(await missingFromDiary(site.diary, site.source)).toEqual([]);
    const tables = findingsIn(taken, 'source-written-too').map(({ table }) => table);
    expect(tables).toContain('alembic_version');
  });

  it('brings back a row that only the source has lost, and names it', async () => {
    await move();
    writeToFile('DELETE FROM alembic_version');
    const taken = await expectBack();
    expect(askSource('SELECT count(*) FROM alembic_version')).toEqual([1]);
    expect(findingsIn(taken, 'source-written-too')).toMatchObject([
      { table: 'alembic_version', count: 1, examples: [{ value: 'only in the target, carried back' }] },
    ]);
  });

  it('keeps a value that somebody has changed next to a row that has been lost, and names both', async () => {
    useLargeSource();
    await move();
    writeToFile('UPDATE token_scores SET score = 0.25 WHERE id = 1; DELETE FROM token_scores WHERE id = 2');
    const taken = await expectBack();
    expect(askSource('SELECT score FROM token_scores WHERE id IN (1, 2)')).toEqual([0.25, expect.anything()]);
    const [finding] = findingsIn(taken, 'source-written-too');
    expect(finding).toMatchObject({ table: 'token_scores', count: 2 });
    expect(finding?.examples).toEqual([
      { key: '1', value: 'differs' },
      { key: '2', value: 'only in the target, carried back' },
    ]);
  });

  it('keeps what the application has deleted in the source after all had been carried back', async () => {
    await move();
    const failed = await takeBack(site, {
      cutover: { stopCommand: site.stopCommand, startCommand: 'exit 3' },
    });
    expect(failed.exitCode, saidIn(failed.events)).toBe(10);
    writeToFile('DELETE FROM alembic_version');
    const taken = await takeBack(site, { cutover: site.cutover });
    expect(taken.exitCode, saidIn(taken.events)).toBe(0);
    expect(askSource('SELECT count(*) FROM alembic_version')).toEqual([0]);
    expect(findingsIn(taken, 'source-written-too')).toMatchObject([
      { table: 'alembic_version', examples: [{ value: 'only in the target' }] },
    ]);
  });

  it('keeps the target as long as a row of it is missing from the source', async () => {
    await move();
    writeToFile(`CREATE TRIGGER lose AFTER INSERT ON app_settings BEGIN DELETE FROM alembic_version; END`);
    await site.query(`INSERT INTO app_settings (key, value) VALUES ('new', '1')`);
    const { events } = await takeBack(site);
    expect(events.at(-1)).toMatchObject({ type: 'run.failed', code: 'CARRY_BACK_DIFFERENT', exitCode: 10 });
    expect(saidIn(events)).toMatch(/alembic_version .* added/);
    expect(await site.query('SELECT count(*) AS n FROM alembic_version')).toEqual([{ n: '1' }]);
    writeToFile('DROP TRIGGER lose');
    await expectBack();
    expect(askSource('SELECT count(*) FROM alembic_version')).toEqual([1]);
  });
});

describe('a rollback over rows in quarantine', () => {
  it('writes the rows that the application has written anew over them, and names them', async () => {
    writeToFile(`INSERT INTO app_settings (key, value) VALUES ('theme', x'00ff'), ('other', x'00ff');
      INSERT INTO tokens (id, mint_address, status, created_at) VALUES (9000, 'bad', 'active', 'not a time');
      INSERT INTO token_scores (id, token_id, created_at, scoring_model) VALUES (60000000, 9000, '2025-10-10 10:00:00', 'child')`);
    await move('quarantine');
    await site.query(`INSERT INTO app_settings (key, value) VALUES ('theme', 'dark')`);
    await site.query(
      `INSERT INTO tokens (id, mint_address, status, created_at) VALUES (9000, 'good', 'active', now())`,
    );
    await site.query(
      `INSERT INTO token_scores (id, token_id, created_at, scoring_model) VALUES (95000000, 9000, now(), 'new child')`,
    );
    const taken = await expectBack();
    expect(askSource(`SELECT value FROM app_settings WHERE key = 'theme'`)).toEqual(['dark']);
    expect(askSource(`SELECT hex(value) FROM app_settings WHERE key = 'other'`)).toEqual(['00FF']);
    expect(askSource('SELECT mint_address FROM tokens WHERE id = 9000')).toEqual(['good']);
    expect(
      askSource('SELECT scoring_model FROM token_scores WHERE id IN (60000000, 95000000) ORDER BY id'),
    ).toEqual(['child', 'new child']);
    const named = findingsIn(taken, 'quarantined-written-too').flatMap(({ table, examples = [] }) =>
      examples.map(({ key }) => `${table ?? ''} ${key}`),
    );
    expect(named.sort()).toEqual(['app_settings theme', 'tokens 9000']);
  });
});

describe('before it stops anything a rollback refuses', () => {
  const TWICE = `INSERT INTO token_scores (id, token_id, created_at, scoring_model)`;

  it('a second row of one id, which the source has once or not at all, and a row that is too large to be read', async () => {
    await move();
    await site.query(
      `${TWICE} SELECT id, token_id, created_at + interval '1 day', 'twin' FROM token_scores WHERE id = 1`,
    );
    await site.query(
      `${TWICE} SELECT 90000000, 1, now() + n * interval '1 day', 'twin' FROM generate_series(1, 2) AS n`,
    );
    await expectRefused(/token_scores 1 stands twice/, /token_scores 90000000 stands twice/);
    await site.query(`DELETE FROM token_scores WHERE scoring_model = 'twin'`);
    await site.query(`INSERT INTO app_settings (key, value) VALUES ('big', repeat('x', 140000000))`);
    await expectRefused(/app_settings big is a row of 140000004 bytes, more than 128 MB/);
    await site.query(`DELETE FROM app_settings WHERE key = 'big'`);
    await expectBack();
  });
});
