// What the application writes after the snapshot is brought over by content, as often as one likes, and nothing else is touched.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WizardError } from '../../src/errors.js';
import type { WizardEvent } from '../../src/events.js';
import { tothemoon } from '../../src/plans/tothemoon.js';
import { catchUpAgain } from '../../src/run/catch-up-again.js';
import { Database } from '../../src/source/sqlite-driver.js';
import { catchUp } from '../../steps/cutover/catch-up.js';
import { differencesByHand } from '../support/compare-by-hand.js';
import { type Site, createSite } from '../support/migrate.js';
import { writeRows } from '../support/sample-of-rows.js';
import { verifyNow } from '../support/verify-now.js';

let site: Site;

// One story: each part goes on where the one before has ended.
beforeAll(async () => {
  site = await createSite();
  writeRows(site.source, 12_000);
  expect((await site.migrate()).exitCode).toBe(0);
});
afterAll(() => site.remove());

interface Caught {
  readonly exitCode: number;
  readonly events: readonly WizardEvent[];
  readonly message: string;
}

async function catchUpNow(seen: (event: WizardEvent) => void = () => undefined, jobs = 2): Promise<Caught> {
  const events: WizardEvent[] = [];
  const exitCode = await catchUpAgain({ backupDir: site.backupDir, target: site.target, jobs }, catchUp, {
    sinks: [(event) => events.push(event), seen],
    stop: new AbortController().signal,
    abort: new AbortController().signal,
    secrets: [],
  });
  const last = events.at(-1);
  const message = last?.type === 'run.completed' || last?.type === 'run.failed' ? last.message : '';
  return { exitCode, events, message };
}

function write(sql: string): void {
  const db = new Database(site.source);
  db.pragma('foreign_keys = OFF');
  db.exec(sql);
  db.close();
}

const NEW_SCORE = `INSERT INTO token_scores (token_id, score, metrics, created_at, smoothed_score, scoring_model, spam_metrics)`;
/** What the ledger says of the scores. */
const LEDGER = `SELECT count(*) AS chunks, md5(string_agg(digest, ',' ORDER BY number)) AS digests
  FROM ttm_wizard.chunk WHERE table_name = 'token_scores'`;

describe('catch-up', () => {
  it('finds nothing when nothing has been written, and says so', async () => {
    expect(await catchUpNow()).toMatchObject({ exitCode: 0, message: 'nothing has been written since' });
    expect(await differencesByHand(site.source, site)).toEqual([]);
  });

  it('brings over inserts, updates and deletes of every table, wherever they are', async () => {
    write(`
      INSERT INTO tokens (mint_address, name, status, created_at) VALUES ('new mint', '', 'monitoring', '2025-10-10 10:00:00.000000');
      ${NEW_SCORE} SELECT max(id), 0.123456, '{"a": 1.0}', '2025-10-10 10:00:01.000000', 0, 'hybrid_momentum', 'null' FROM tokens;
      UPDATE token_scores SET spam_metrics = '{"risk_level": "clean", "n": 1e2}' WHERE id IN (1, 6000, 11999);
      UPDATE token_scores SET created_at = '2025-09-12 00:00:00.000001', score = 0.5 WHERE id = 7000;
      UPDATE tokens SET last_updated_at = '2025-10-10 10:00:02.000000', status = 'archived' WHERE id % 2 = 0;
      DELETE FROM token_scores WHERE id IN (2, 6001, 12000);
      UPDATE app_settings SET value = '' WHERE key = 'min_score';
      INSERT INTO app_settings VALUES ('a new key', NULL);
      DELETE FROM app_settings WHERE key = 'w_tx'`);
    const { exitCode, message } = await catchUpNow();
    expect(exitCode).toBe(0);
    expect(message).toMatch(/^3 rows inserted, \d+ updated, 4 deleted$/);
    expect(await differencesByHand(site.source, site)).toEqual([]);
    expect(await verifyNow(site)).toMatchObject({ exitCode: 0, complaints: [] });
    expect(await catchUpNow()).toMatchObject({ exitCode: 0, message: 'nothing has been written since' });
  });

  it('lets two tokens exchange their mints, and a new token take the mint of a deleted one', async () => {
    write(`
      UPDATE tokens SET mint_address = 'parked' WHERE id = 1;
      UPDATE tokens SET mint_address = (SELECT 'was of 2: ' || mint_address FROM tokens WHERE id = 2) WHERE id = 1;
      UPDATE tokens SET mint_address = 'for one' WHERE id = 3;
      UPDATE tokens SET mint_address = 'for two' WHERE id = 4`);
    await catchUpNow();
    write(`
      UPDATE tokens SET mint_address = 'aside' WHERE id = 3;
      UPDATE tokens SET mint_address = 'for one' WHERE id = 4;
      UPDATE tokens SET mint_address = 'for two' WHERE id = 3;
      DELETE FROM token_scores WHERE token_id = 1;
      DELETE FROM tokens WHERE id = 1;
      INSERT INTO tokens (id, mint_address, status, created_at)
      SELECT 90001, mint_address, status, created_at FROM tokens WHERE FALSE;
      INSERT INTO tokens (id, mint_address, status, created_at) VALUES (90002, 'heir', 'active', '2025-10-10 00:00:00.000000');
      UPDATE token_scores SET token_id = 90002 WHERE token_id = 5;
      DELETE FROM tokens WHERE id = 5`);
    expect((await catchUpNow()).exitCode).toBe(0);
    expect(await differencesByHand(site.source, site)).toEqual([]);
  });

  it('keeps the ledger true when a token goes with its score between the reading of the two', async () => {
    write(`INSERT INTO tokens (id, mint_address, status, created_at) VALUES (90003, 'brief', 'active', '2025-10-10 00:00:00.000000');
      UPDATE token_scores SET token_id = 90003 WHERE id = 3`);
    await catchUpNow();
    const read: number[] = [];
    const { exitCode } = await catchUpNow((event) => {
      if (event.type !== 'step.progress' || event.doing !== 'looking for changes') return;
      read.push(event.done);
      // Events of less than 250 ms after the first are left out.
      if (read.length === 1) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
      if (read.length === 2)
        write('DELETE FROM token_scores WHERE id = 3; DELETE FROM tokens WHERE id = 90003');
    });
    expect({ exitCode, read: read.slice(0, 2) }).toEqual({ exitCode: 0, read: [1, 2] });
    expect(await differencesByHand(site.source, site)).toEqual([]);
    expect((await catchUpNow()).message).toBe('nothing has been written since');
  });

  it('brings over a mint that moves to a token of a part that is read later', async () => {
    write(`UPDATE tokens SET mint_address = 'moving' WHERE id = 2;
      INSERT INTO tokens (id, mint_address, status, created_at)
      WITH RECURSIVE many (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < 10000)
      SELECT 100000 + n, 'many ' || n, 'active', '2025-10-10 00:00:00.000000' FROM many`);
    await catchUpNow();
    const names = tothemoon.tables.map(({ name }) => name);
    const read = await site.query(
      `SELECT count(*) AS chunks FROM ttm_wizard.chunk WHERE table_name = ANY ($1)`,
      [names.slice(names.indexOf('tokens') + 1)],
    );
    const firstOfTokens = Number(read[0]?.['chunks']) + 1;
    let isMoved = false;
    const { exitCode } = await catchUpNow((event) => {
      if (event.type !== 'step.progress' || event.doing !== 'looking for changes') return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
      if (event.done !== firstOfTokens || isMoved) return;
      isMoved = true;
      write(`UPDATE tokens SET mint_address = 'left' WHERE id = 2;
        INSERT INTO tokens (id, mint_address, status, created_at)
        VALUES (120000, 'moving', 'active', '2025-10-10 00:00:00.000000')`);
    }, 1);
    expect({ exitCode, isMoved }).toEqual({ exitCode: 0, isMoved: true });
    expect(await differencesByHand(site.source, site)).toEqual([]);
  });

  it('deletes no row of somebody else with the token that it belongs to', async () => {
    write(
      `INSERT INTO tokens (id, mint_address, status, created_at) VALUES (90003, 'brief', 'active', '2025-10-10 00:00:00.000000')`,
    );
    await catchUpNow();
    await site.query(`INSERT INTO token_scores (id, token_id, score, created_at, scoring_model)
      VALUES (900000, 90003, 0.5, now(), 'theirs')`);
    write('DELETE FROM tokens WHERE id = 90003');
    const { exitCode, message } = await catchUpNow();
    expect(exitCode).toBe(6);
    expect(message).toContain('rows of token_scores there refer to them');
    expect(
      await site.query(`DELETE FROM token_scores WHERE id = 900000 RETURNING scoring_model`),
    ).toHaveLength(1);
    expect((await catchUpNow()).exitCode).toBe(0);
  });

  it('moves the sequences on, so that the application gets no id twice', async () => {
    write(
      `INSERT INTO tokens (id, mint_address, status, created_at) VALUES (500000, 'far', 'active', '2025-10-10 00:00:00.000000')`,
    );
    await catchUpNow();
    const [next] = await site.query(`SELECT nextval('tokens_id_seq') AS id`);
    expect(next).toEqual({ id: '500001' });
  });

  it('cuts the last chunk when more than a chunk has been added', async () => {
    write(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 14000)
      ${NEW_SCORE} SELECT 6 + i % 20, i / 7.0, '{"i": ' || i || '}', '2025-10-10 10:00:00.000000', NULL, 'legacy', NULL FROM n`);
    expect((await catchUpNow()).message).toBe('14,000 rows inserted, 0 updated, 0 deleted');
    const [chunks] = await site.query(
      `SELECT max(rows) AS most, sum(rows) AS rows FROM ttm_wizard.chunk WHERE table_name = 'token_scores'`,
    );
    const [all] = await site.query(`SELECT count(*) AS rows FROM token_scores`);
    expect(chunks).toEqual({ most: '5000', rows: all?.['rows'] });
    expect(await differencesByHand(site.source, site)).toEqual([]);
    expect(await verifyNow(site)).toMatchObject({ exitCode: 0, complaints: [] });
  });

  it('brings nothing over when a new row does not fit, and names it', async () => {
    write(`UPDATE app_settings SET value = 'seen' WHERE key = 'min_score';
      ${NEW_SCORE} SELECT 6, 0.1, '{"a": NaN}', '2025-10-10 10:00:01.000000', 0, 'hybrid_momentum', 'null'`);
    const { exitCode, message } = await catchUpNow();
    expect(exitCode).toBe(6);
    expect(message).toContain('token_scores.metrics');
    expect(message).toMatch(/row \d+/);
    expect(await site.query(`SELECT 1 AS seen FROM app_settings WHERE value = 'seen'`)).toEqual([]);
    write(`DELETE FROM token_scores WHERE metrics = '{"a": NaN}'`);
    expect((await catchUpNow()).exitCode).toBe(0);
  });

  it('stops when somebody else has written to a part of the target that the source has changed too, names and keeps the rows', async () => {
    const [kept] = await site.query(`SELECT value FROM app_settings WHERE key = 'min_score'`);
    await site.query(`INSERT INTO app_settings (key, value) VALUES ('a stranger', 'theirs')`);
    write(`UPDATE app_settings SET value = '0.7' WHERE key = 'min_score'`);
    const stranger = await catchUpNow();
    expect(stranger).toMatchObject({ exitCode: 6 });
    expect(stranger.message).toContain('only in the target: a stranger');
    expect(stranger.message).toContain('different: min_score');
    const both = `SELECT value FROM app_settings WHERE key IN ('a stranger', 'min_score') ORDER BY key`;
    expect(await site.query(both)).toEqual([{ value: 'theirs' }, kept]);

    await site.query(`DELETE FROM app_settings WHERE key IN ('a stranger', 'min_score')`);
    expect((await catchUpNow()).message).toContain('only in the source: min_score');
    await site.query(`INSERT INTO app_settings (key, value) VALUES ('min_score', $1)`, [kept?.['value']]);
    expect(await catchUpNow()).toMatchObject({
      exitCode: 0,
      message: '0 rows inserted, 1 updated, 0 deleted',
    });
  });

  it('stops at a stranger in the open end of a table before it cuts it', async () => {
    const [before] = await site.query(LEDGER);
    await site.query(`INSERT INTO token_scores (id, token_id, score, created_at, scoring_model)
      VALUES (900000, 6, 0.5, now(), 'theirs')`);
    write(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 11000)
      ${NEW_SCORE} SELECT 6 + i % 20, i / 7.0, '{}', '2025-10-10 10:00:00.000000', NULL, 'legacy', NULL FROM n`);
    const { exitCode, message } = await catchUpNow();
    expect({ exitCode, message }).toMatchObject({ exitCode: 6 });
    expect(message).toMatch(/chunk \d+ of token_scores/);
    expect(await site.query(`SELECT 1 AS is FROM token_scores WHERE id = 900000`)).toEqual([{ is: '1' }]);
    expect(await site.query(LEDGER)).toEqual([before]);
    await site.query(`DELETE FROM token_scores WHERE id = 900000`);
    expect((await catchUpNow()).message).toBe('11,000 rows inserted, 0 updated, 0 deleted');
    expect(await differencesByHand(site.source, site)).toEqual([]);
  });

  it('stops at a new column', async () => {
    write(`ALTER TABLE tokens ADD COLUMN fresh TEXT`);
    const { exitCode, message } = await catchUpNow();
    expect(exitCode).toBe(6);
    expect(message).toContain('column fresh TEXT of tokens is not in the plan');
  });

  it('refuses without a run, and before the run is verified', async () => {
    const other = { backupDir: site.folder, target: site.target, jobs: 1 };
    const io = {
      sinks: [],
      stop: new AbortController().signal,
      abort: new AbortController().signal,
      secrets: [],
    };
    await expect(catchUpAgain(other, catchUp, io)).rejects.toThrow(WizardError);
  });
});
