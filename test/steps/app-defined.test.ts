// A source with collations and functions that only its application defines: no SQLite but the application's own can use the
// indexes made with them. The rows are read all the same.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeSample } from '../../src/demo/sample.js';
import { Database } from '../../src/source/sqlite-driver.js';
import { differencesByHand } from '../support/compare-by-hand.js';
import { type Migration, type Site, createSite, endingOf, findingsOf } from '../support/migrate.js';
import { verifyNow } from '../support/verify-now.js';

let site: Site;
beforeEach(async () => {
  site = await createSite();
  writeSample(site.source, { scores: 200 });
});
afterEach(() => site.remove());

/** Runs statements in an SQLite that has the function `myfn`, then calls NOCASE `myapp`: the order on disk is that of both. */
function asApplication(sql: string): void {
  const db = new Database(site.source);
  db.function('myfn', { deterministic: true }, (value) => `${String(value)}!`);
  db.exec(sql);
  db.unsafeMode(true);
  db.exec(`PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql, 'COLLATE NOCASE', 'COLLATE myapp');
    PRAGMA writable_schema = OFF`);
  db.close();
}

const OF_INDEXES = `
  CREATE INDEX ix_symbol ON tokens (symbol COLLATE NOCASE);
  CREATE TABLE notes (k TEXT COLLATE NOCASE PRIMARY KEY NOT NULL, x TEXT COLLATE NOCASE);
  WITH n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 11000)
  INSERT INTO notes SELECT CASE WHEN i % 2 THEN 'Note ' ELSE 'nOTE ' END || i, 'x' || i FROM n;
  CREATE TABLE pairs (a INTEGER COLLATE NOCASE, b TEXT COLLATE NOCASE, PRIMARY KEY (a, b));
  INSERT INTO pairs SELECT id % 10, 'b' || id FROM token_scores;
  CREATE TABLE calls (id INTEGER PRIMARY KEY, s TEXT CHECK (myfn(s) <> ''));
  CREATE INDEX ix_calls ON calls (myfn(s));
  INSERT INTO calls SELECT id, 's' || id FROM token_scores`;

function uncheckedBy(run: Migration, step: 'preflight' | 'backup'): (string | undefined)[] {
  const warnings = findingsOf(run, step).filter(({ code }) => code === 'unchecked-table');
  expect(warnings.every(({ severity }) => severity === 'warning')).toBe(true);
  return warnings.map(({ table }) => table).sort();
}

describe('a source with indexes that only its application can use', () => {
  it('is migrated and compared like any other, with a warning for each table that SQLite cannot check', async () => {
    asApplication(OF_INDEXES);
    const run = await site.migrate({ onDrift: 'carry', jobs: 2 });
    expect([run.exitCode, run.view.message]).toEqual([0, expect.stringContaining('copied and compared')]);
    expect(uncheckedBy(run, 'preflight')).toEqual(['notes', 'pairs', 'tokens']);
    expect(uncheckedBy(run, 'backup')).toEqual(['calls', 'notes', 'pairs', 'tokens']);
    expect((await differencesByHand(site.source, site)).slice(0, 20)).toEqual([]);
    const [sums] = await site.query(
      `SELECT (SELECT count(*) || ' ' || min(k COLLATE "C") || ' ' || max(x COLLATE "C") FROM notes) AS notes, (SELECT count(*) FROM pairs) AS pairs, (SELECT count(DISTINCT s) FROM calls) AS calls`,
    );
    expect(sums).toEqual({ notes: '11000 Note 1 x9999', pairs: '200', calls: '200' });
    expect(await verifyNow(site)).toMatchObject({ exitCode: 0, complaints: [] });
  });

  it('is not switched over, because a rollback could write nothing back', async () => {
    asApplication(`${OF_INDEXES}; ALTER TABLE app_settings ADD COLUMN bytes INTEGER AS (length(value))`);
    const cutover = {
      ...{ envFiles: [`${site.folder}/.env`], services: [], capture: 'none' as const },
      ...{ stopCommand: 'false', startCommand: 'false', healthUrl: 'http://127.0.0.1:1' },
    };
    const run = await site.migrate({ onDrift: 'carry', cutover });
    expect(endingOf(run)).toMatchObject({ type: 'run.failed', exitCode: 3 });
    const errors = findingsOf(run, 'preflight').filter(({ severity }) => severity === 'error');
    expect(errors.map(({ code, table }) => `${code} ${table ?? ''}`).sort()).toEqual([
      'no-way-back app_settings',
      'no-way-back calls',
      'no-way-back notes',
      'no-way-back pairs',
      'no-way-back tokens',
    ]);
    expect(run.view.remedies.join()).toContain('--no-cutover');
    const messages = findingsOf(run, 'preflight').map(({ message }) => message);
    expect(messages).toContain(
      'column bytes INTEGER of app_settings is not in the plan: carried over as bigint, with its values as they are; the target computes none',
    );
  });

  it('has its damage found in the tables that can be checked', async () => {
    asApplication(OF_INDEXES);
    const db = new Database(site.source);
    db.unsafeMode(true);
    db.exec(`PRAGMA writable_schema = ON; UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM sqlite_master WHERE name = 'app_settings')
      WHERE name = 'ix_token_scores_token_id'`);
    db.close();
    const run = await site.migrate({ onDrift: 'carry' });
    expect(endingOf(run)).toMatchObject({ type: 'run.failed', exitCode: 4, code: 'SOURCE_CORRUPT' });
  });
});

describe('a table WITHOUT ROWID in an order that only the application knows', () => {
  const SQL = `CREATE TABLE own (k TEXT COLLATE NOCASE PRIMARY KEY) WITHOUT ROWID; INSERT INTO own VALUES ('a')`;

  it('is named with what to do about it', async () => {
    asApplication(SQL);
    const run = await site.migrate({ onDrift: 'carry' });
    expect(endingOf(run)).toMatchObject({ type: 'run.failed', exitCode: 3 });
    const errors = findingsOf(run, 'preflight').filter(({ severity }) => severity === 'error');
    expect(errors).toMatchObject([{ code: 'app-collation', table: 'own' }]);
    expect(errors[0]?.message).toContain('collation myapp');
    expect(run.view.remedies.join()).toContain('--on-drift leave');
  });

  it('keeps nothing else from being migrated when it is left behind', async () => {
    asApplication(SQL);
    expect((await site.migrate({ onDrift: 'leave' })).exitCode).toBe(0);
  });
});

describe('a generated column that calls a function of the application', () => {
  it('ends with what to type, and is left behind when told so', async () => {
    asApplication(`CREATE TABLE g (id INTEGER PRIMARY KEY, s TEXT, loud AS (myfn(s))); INSERT INTO g (s) VALUES ('a');
      ALTER TABLE app_settings ADD COLUMN loud AS (myfn(value))`);
    const run = await site.migrate({ onDrift: 'carry' });
    expect(endingOf(run)).toMatchObject({ type: 'run.failed', exitCode: 4 });
    expect(run.view.message).toContain('myfn');
    expect(run.view.remedies.join()).toContain('--on-drift leave');
    expect((await site.migrate({ onDrift: 'leave' })).exitCode).toBe(0);
  });
});
