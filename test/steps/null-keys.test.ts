// SQLite takes NULL in every primary key that is not the rowid, and orders it before all values: also in a table of several
// chunks each such row is found, once.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeSample } from '../../src/demo/sample.js';
import { Database } from '../../src/source/sqlite-driver.js';
import { type Site, createSite, endingOf, findingsOf } from '../support/migrate.js';

/** More than two chunks. */
const ROWS = 11_000;

let site: Site;
beforeEach(async () => {
  site = await createSite();
  writeSample(site.source, { scores: 60 });
});
afterEach(() => site.remove());

function change(sql: string): void {
  const db = new Database(site.source);
  db.unsafeMode(true);
  db.exec(`PRAGMA foreign_keys = OFF; ${sql}`);
  db.close();
}

const MANY = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS})`;

function redeclareKey(from: string, to: string): string {
  return `PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql, '"key" ${from}', '"key" ${to}') WHERE name = 'app_settings'`;
}

/** `INTEGER PRIMARY KEY DESC` is, by a quirk that SQLite keeps, not the rowid. */
const SCORES_WITHOUT_IDS = `ALTER TABLE token_scores RENAME TO old;
  CREATE TABLE token_scores (id INTEGER PRIMARY KEY DESC, token_id INTEGER NOT NULL, score NUMERIC(10, 4), metrics JSON,
    created_at DATETIME NOT NULL, scoring_model VARCHAR(50) NOT NULL);
  ${MANY} INSERT INTO token_scores SELECT i, 1, 0.5, NULL, '2025-10-01 00:00:00.000000', 'm' FROM n;
  INSERT INTO token_scores SELECT NULL, 1, i, NULL, '2025-10-01 00:00:00.000000', 'lost' FROM (SELECT 1 AS i UNION SELECT 2);
  DROP TABLE old`;

const MEMBERS = (
  type: string,
): string => `CREATE TABLE members (a ${type}, b ${type}, note TEXT, PRIMARY KEY (a, b));
  ${MANY} INSERT INTO members SELECT printf('%06d', i / 7), i % 7, i FROM n;
  INSERT INTO members VALUES (NULL, 1, 'x'), (NULL, 1, 'y'), ('000900', NULL, 'z'), (NULL, NULL, 'u'), (999999, NULL, 'v')`;

describe('rows without a key', () => {
  it('stop the run although the key is an integer and the table has several chunks', async () => {
    change(SCORES_WITHOUT_IDS);
    const run = await site.migrate();
    expect(run.exitCode).toBe(3);
    const finding = findingsOf(run, 'preflight').find(({ code }) => code === 'null-not-allowed');
    expect(finding).toMatchObject({ table: 'token_scores', column: 'id', count: 2 });
  });

  it('are set aside and counted with all others', async () => {
    change(SCORES_WITHOUT_IDS);
    const run = await site.migrate({ onBadValue: 'quarantine' });
    expect(endingOf(run)).toMatchObject({ exitCode: 6, totals: { quarantined: 2 } });
    expect(await site.query('SELECT count(*) AS n FROM token_scores')).toEqual([{ n: String(ROWS) }]);
  });

  it.each(['INTEGER', 'TEXT'])(
    'are set aside once each where the key has two columns of %s',
    async (type) => {
      change(MEMBERS(type));
      const run = await site.migrate({ onBadValue: 'quarantine', onDrift: 'carry' });
      expect(endingOf(run)).toMatchObject({ exitCode: 6, totals: { quarantined: 5 } });
      expect(await site.query('SELECT count(*) AS n FROM members')).toEqual([{ n: String(ROWS) }]);
      const notes = await site.query(
        `SELECT convert_from(value, 'UTF8') AS note FROM ttm_wizard.quarantine WHERE column_name = 'note' ORDER BY 1`,
      );
      expect(notes.map(({ note }) => note)).toEqual(['u', 'v', 'x', 'y', 'z']);
    },
  );

  it('are found also where an edited schema says that there are none', async () => {
    change(redeclareKey('TEXT NOT NULL', 'TEXT'));
    change(
      `${MANY} INSERT INTO app_settings SELECT printf('%06d', i), i FROM n; INSERT INTO app_settings VALUES (NULL, 'lost')`,
    );
    change(redeclareKey('TEXT', 'TEXT NOT NULL'));
    const run = await site.migrate();
    const finding = findingsOf(run, 'preflight').find(({ code }) => code === 'null-not-allowed');
    expect(finding).toMatchObject({ table: 'app_settings', column: 'key', count: 1 });
  });
});
