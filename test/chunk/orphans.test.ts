// Whether a row refers to one that is there is asked of the moment that the row itself is of.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ChunkReader } from '../../src/chunk/reader.js';
import { orphanRules } from '../../src/chunk/scan.js';
import { tothemoon } from '../../src/plans/tothemoon.js';
import { openSource } from '../../src/source/sqlite.js';
import { Database } from '../../src/source/sqlite-driver.js';

it('takes no score for an orphan whose token is deleted together with it while the scores are read', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ttm-orphans-'));
  const path = join(folder, 'dev.db');
  const app = new Database(path);
  app.pragma('journal_mode = WAL');
  app.pragma('foreign_keys = OFF');
  app.exec(`CREATE TABLE tokens (id INTEGER PRIMARY KEY);
    CREATE TABLE token_scores (id INTEGER PRIMARY KEY, token_id INTEGER, created_at TEXT, scoring_model TEXT);
    INSERT INTO tokens VALUES (1), (2);
    INSERT INTO token_scores SELECT column1, column2, '2025-10-10 00:00:00', 'legacy' FROM (VALUES (1, 1), (2, 2), (3, 3))`);
  const [db, side] = [openSource(path), openSource(path)];
  try {
    const table = tothemoon.tables.find(({ name }) => name === 'token_scores');
    if (table === undefined) throw new Error('no token_scores');
    const reader = new ChunkReader(db, side, table, ['id', 'token_id', 'created_at', 'scoring_model']);
    const [good, bad]: [unknown[], string[]] = [[], []];
    const chunk = { table: 'token_scores', number: 0, low: null, high: null };
    for (const [id] of reader.read(chunk, orphanRules(table, {}), ({ key }) => bad.push(key))) {
      good.push(id);
      app.exec('BEGIN; DELETE FROM token_scores WHERE token_id = 2; DELETE FROM tokens WHERE id = 2; COMMIT');
    }
    expect({ good, bad }).toEqual({ good: [1n, 2n], bad: ['3'] });
  } finally {
    for (const each of [app, db, side]) each.close();
    rmSync(folder, { recursive: true });
  }
});
