// A source of a later version of the application has columns and a table that the target computes by itself: that stops the run before
// anything is written, says what to type, and then leaves them behind. Beside it, columns without any value are named.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeSample } from '../../src/demo/sample.js';
import { tothemoon } from '../../src/plans/tothemoon.js';
import { fitPlan } from '../../src/source/drift.js';
import { inspectSource } from '../../src/source/inspect.js';
import { openSource } from '../../src/source/sqlite.js';
import { Database } from '../../src/source/sqlite-driver.js';
import { findUnusedColumns } from '../../src/source/unused-columns.js';
import { type Site, createSite, findingsOf, objectsIn } from '../support/migrate.js';

let site: Site;
beforeAll(async () => {
  site = await createSite();
  writeSample(site.source, { scores: 60 });
  changeSource(`
    ALTER TABLE tokens ADD COLUMN liquidity_usd NUMERIC(20, 2);
    ALTER TABLE tokens ADD COLUMN primary_dex VARCHAR(50);
    ALTER TABLE token_scores ADD COLUMN liquidity_usd NUMERIC(20, 2);
    CREATE TABLE latest_token_scores (token_id INTEGER PRIMARY KEY, score NUMERIC(10, 4));
    INSERT INTO latest_token_scores SELECT id, 1 FROM tokens;
    UPDATE tokens SET liquidity_usd = -1, primary_dex = 'stale', symbol = NULL;
    UPDATE token_scores SET spam_metrics = NULL, smoothed_score = CASE WHEN id = 1 THEN 0.5 END`);
});
afterAll(() => site.remove());

function changeSource(sql: string): void {
  const db = new Database(site.source);
  db.exec(sql);
  db.close();
}

const DERIVED = [
  'tokens.liquidity_usd',
  'tokens.primary_dex',
  'token_scores.liquidity_usd',
  'latest_token_scores',
];

describe('a source that has what the target derives', () => {
  it.each(['stop', 'carry'] as const)(
    'stops the run with --on-drift %s, with the one line that helps',
    async (onDrift) => {
      const run = await site.migrate({ onDrift });
      expect(run.exitCode).toBe(3);
      const errors = findingsOf(run, 'preflight').filter(({ severity }) => severity === 'error');
      expect(errors.map(({ table, column }) => [table, column].filter(Boolean).join('.'))).toEqual(DERIVED);
      for (const { code, remedies } of errors) {
        expect(code).toBe('derived-in-source');
        expect(remedies).toEqual(['--on-drift leave    leaves it behind; it stays in the backup']);
      }
      expect(await objectsIn(site)).toEqual(['schema public']);
    },
  );

  it('is carried over without it when the person says so, and the target has its own values', async () => {
    const run = await site.migrate({ onDrift: 'leave' });
    expect(run.exitCode).toBe(0);
    const left = findingsOf(run, 'preflight').filter(({ code }) => code === 'derived-in-source');
    expect(left.map(({ severity }) => severity)).toEqual(DERIVED.map(() => 'warning'));
    const wrong = await site.query(`
      SELECT t.id FROM tokens AS t
      LEFT JOIN LATERAL (SELECT * FROM token_scores WHERE token_id = t.id ORDER BY created_at DESC, id DESC LIMIT 1) AS s ON true
      LEFT JOIN latest_token_scores AS l ON l.token_id = t.id
      WHERE (t.liquidity_usd, t.primary_dex::text, l.score_id, l.liquidity_usd, l.score)
        IS DISTINCT FROM (round((s.metrics ->> 'L_tot')::numeric, 2), s.metrics ->> 'primary_dex', s.id, s.liquidity_usd, s.score)`);
    expect(wrong).toEqual([]);
    expect(await site.query('SELECT count(*) > 5 AS has FROM tokens WHERE liquidity_usd > 0')).toEqual([
      { has: 't' },
    ]);
    const unused = findingsOf(run, 'preflight').filter(({ code }) => code === 'unused-column');
    expect(unused.map(({ severity, message }) => `${severity}: ${message}`)).toEqual([
      'info: column symbol of tokens holds no value in any row; it is carried over as it is',
      'info: column spam_metrics of token_scores holds no value in any row; it is carried over as it is',
    ]);
  });
});

describe('columns without any value', () => {
  it('are not those of an empty table, nor those with one value anywhere', () => {
    changeSource(`DELETE FROM token_scores WHERE id > 1; UPDATE token_scores SET spam_metrics = 'null';
      INSERT INTO token_scores (id, token_id, created_at) WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 1500)
        SELECT i, 1, '2025-10-01 00:00:00.000000' FROM n;
      DELETE FROM tokens`);
    const db = openSource(site.source);
    const found = findUnusedColumns(db, fitPlan(tothemoon, inspectSource(db), 'leave'));
    db.close();
    expect(found).toEqual([]);
  });
});
