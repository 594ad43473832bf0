// What the plan does not know is never dropped in silence: it stops the run, or goes along, or stays behind, as the person says.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeSample } from '../../src/demo/sample.js';
import { Database } from '../../src/source/sqlite-driver.js';
import { differencesByHand } from '../support/compare-by-hand.js';
import { type Migration, type Site, createSite, findingsOf, objectsIn } from '../support/migrate.js';

let site: Site;
beforeEach(async () => {
  site = await createSite();
});
afterEach(() => site.remove());

/** A sample, changed by SQL. */
function writeChanged(...changes: readonly string[]): void {
  writeSample(site.source, { scores: 60 });
  for (const sql of changes) {
    const db = new Database(site.source);
    db.unsafeMode(true);
    db.pragma('foreign_keys = OFF');
    db.exec(sql);
    db.close();
  }
}

/** Edits the text of a CREATE TABLE in place, as hand-made changes of a schema do. */
function redeclare(table: string, from: string, to: string): string {
  return `PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql, '${from}', '${to}') WHERE name = '${table}'; PRAGMA writable_schema = OFF`;
}

function driftOf(run: Migration): string[] {
  return findingsOf(run, 'preflight')
    .filter(({ code }) => code !== 'no-dump')
    .map(({ severity, code, table, column }) => [severity, code, table, column].filter(Boolean).join(' '));
}

const WITHOUT_KEY = `CREATE TABLE new_settings ("key" TEXT NOT NULL, value TEXT);
  INSERT INTO new_settings SELECT * FROM app_settings; DROP TABLE app_settings;
  ALTER TABLE new_settings RENAME TO app_settings`;
const OTHER_KEY = WITHOUT_KEY.replace('value TEXT)', 'value TEXT, PRIMARY KEY ("key", value))');

const UNKNOWN: readonly [string, string, string][] = [
  ['a column', 'ALTER TABLE tokens ADD COLUMN website TEXT', 'unknown-column tokens website'],
  ['a table', 'CREATE TABLE alerts (id INTEGER PRIMARY KEY, text TEXT)', 'unknown-table alerts'],
  ['a table without a key', 'CREATE TABLE log (line TEXT)', 'unknown-table log'],
  ['a virtual table', 'CREATE VIRTUAL TABLE search USING fts5 (name)', 'virtual-table search'],
  ['no column symbol', 'ALTER TABLE tokens DROP COLUMN symbol', 'missing-column tokens symbol'],
  [
    'no column created_at',
    'ALTER TABLE token_scores DROP COLUMN created_at',
    'missing-column token_scores created_at',
  ],
  ['no table alembic_version', 'DROP TABLE alembic_version', 'missing-table alembic_version'],
  ['no table tokens', 'DROP TABLE tokens', 'missing-table tokens'],
  [
    'scores declared REAL',
    redeclare('token_scores', 'NUMERIC(10, 4)', 'REAL'),
    'changed-type token_scores score',
  ],
  ['settings without a primary key', WITHOUT_KEY, 'changed-key app_settings'],
  ['settings with another primary key', OTHER_KEY, 'changed-key app_settings'],
  [
    'mints that nothing keeps unique',
    `CREATE TABLE new (id INTEGER NOT NULL PRIMARY KEY, mint_address TEXT NOT NULL, name TEXT, symbol TEXT, status VARCHAR(20) NOT NULL, created_at DATETIME NOT NULL, last_updated_at DATETIME);
     INSERT INTO new SELECT * FROM tokens; DROP TABLE tokens; ALTER TABLE new RENAME TO tokens`,
    'missing-unique tokens',
  ],
];

describe('a source that is not as the plan expects it', () => {
  it.each(UNKNOWN)('stops the run before anything is written when it has %s', async (_, sql, drift) => {
    writeChanged(sql);
    const before = await objectsIn(site);
    const run = await site.migrate();
    expect([run.exitCode, run.view.message]).toEqual([
      3,
      expect.stringContaining('nothing has been changed'),
    ]);
    expect(driftOf(run)).toContain(`error ${drift}`);
    expect(run.view.remedies.length).toBeGreaterThan(0);
    expect(await objectsIn(site)).toEqual(before);
  });

  it.each(['carry', 'leave'] as const)(
    'stops the run in spite of --on-drift %s when a key or a needed column is not there',
    async (onDrift) => {
      writeChanged(WITHOUT_KEY, 'ALTER TABLE token_scores DROP COLUMN created_at');
      const run = await site.migrate({ onDrift });
      expect(run.exitCode).toBe(3);
      expect(driftOf(run)).toEqual(
        expect.arrayContaining([
          'error changed-key app_settings',
          'error missing-column token_scores created_at',
        ]),
      );
    },
  );
});

const CARRIED = `
  ALTER TABLE tokens ADD COLUMN website TEXT;
  ALTER TABLE tokens ADD COLUMN "odd ""AS"" name" INTEGER;
  ALTER TABLE tokens ADD COLUMN "x AS y" BOOLEAN;
  ALTER TABLE tokens ADD COLUMN weight REAL;
  ALTER TABLE tokens ADD COLUMN price DECIMAL(10, 2);
  ALTER TABLE tokens ADD COLUMN picture BLOB;
  ALTER TABLE tokens ADD COLUMN extra JSON;
  ALTER TABLE tokens ADD COLUMN seen_at TIMESTAMP;
  ALTER TABLE tokens ADD COLUMN untyped;
  UPDATE tokens SET website = '' WHERE id = 1;
  UPDATE tokens SET website = 'https://\\n' || char(9) || '🚀', "odd ""AS"" name" = 9223372036854775807, "x AS y" = 1,
    weight = 0.1 + 0.2, price = 12345.678901, picture = x'00ff5c6e0a', extra = '{"b": 1.50, "a": [1e2]}',
    seen_at = '2025-10-01 12:00:00.5', untyped = 'text' WHERE id = 2;
  UPDATE tokens SET weight = 5e-324, price = -1e-9, picture = x'', extra = 'null' WHERE id = 3;
  CREATE TABLE alerts (id INTEGER PRIMARY KEY AUTOINCREMENT, token_id INTEGER REFERENCES tokens (id), text TEXT DEFAULT 'none');
  INSERT INTO alerts VALUES (7, 1, 'seven'), (-3, NULL, NULL), (9007199254740993, 2, '');
  CREATE TABLE "Pool ""Metadata""" (address TEXT NOT NULL, n INTEGER NOT NULL, "select" TEXT, PRIMARY KEY (address, n)) WITHOUT ROWID;
  INSERT INTO "Pool ""Metadata""" VALUES ('ä', 1, 'x'), ('Z', 2, NULL), ('a', -1, '\\N'), ('🚀', 0, ''), ('', 5, ''), ('a', 10, 'b');
  CREATE TABLE nothing_yet (id INTEGER PRIMARY KEY);`;

describe('a virtual table of a module that only the application has', () => {
  const foreign = [
    'CREATE VIRTUAL TABLE search USING fts5 (name)',
    redeclare('search', 'fts5', 'module_of_theirs'),
  ];

  it('stops the run like any other', async () => {
    writeChanged(...foreign);
    const run = await site.migrate();
    expect(run.exitCode).toBe(3);
    expect(driftOf(run)).toContain('error virtual-table search');
  });

  it('can be left behind', async () => {
    writeChanged(...foreign);
    expect((await site.migrate({ onDrift: 'leave' })).exitCode).toBe(0);
  });
});

describe('drift that is to be carried over', () => {
  it.each([
    ['a column of a long name', `ALTER TABLE tokens ADD COLUMN ${'c'.repeat(64)} TEXT`, 'has 64 bytes'],
    ['a column of a name of PostgreSQL', 'ALTER TABLE tokens ADD COLUMN ctid TEXT', 'system column'],
    ['a table of a long name', `CREATE TABLE "${'ü'.repeat(32)}" (id INTEGER PRIMARY KEY)`, 'has 64 bytes'],
    ['a column without a name', 'CREATE TABLE t (id INTEGER PRIMARY KEY, "" TEXT)', 'is empty'],
    [
      'too many columns',
      `CREATE TABLE t (id INTEGER PRIMARY KEY${Array.from({ length: 1600 }, (_, i) => `, c${i}`).join('')})`,
      'has 1601 columns',
    ],
  ])('stops the run before anything is written when it is %s', async (_, sql, why) => {
    writeChanged(sql);
    const run = await site.migrate({ onDrift: 'carry' });
    expect(run.exitCode).toBe(3);
    const finding = findingsOf(run, 'preflight').find(({ code }) => code === 'impossible-name');
    expect(finding?.message).toContain(why);
    expect((await site.migrate({ onDrift: 'leave' })).exitCode).toBe(0);
  });

  it('is none where names differ in their letters alone', async () => {
    writeChanged(
      'ALTER TABLE tokens RENAME TO t; ALTER TABLE t RENAME TO TOKENS',
      'ALTER TABLE token_scores RENAME COLUMN metrics TO m; ALTER TABLE token_scores RENAME COLUMN m TO Metrics',
    );
    const run = await site.migrate();
    expect([run.exitCode, driftOf(run).filter((line) => !line.startsWith('ok'))]).toEqual([
      0,
      expect.arrayContaining(['info other-spelling tokens', 'info other-spelling token_scores metrics']),
    ]);
    expect(await differencesByHand(site.source, site)).toEqual([]);
  });

  it('may be the lack of the table that partitions are made from', async () => {
    writeChanged('DROP TABLE token_scores');
    expect((await site.migrate({ onDrift: 'carry' })).exitCode).toBe(0);
  });

  it('arrives exactly, is named, and is verified like everything else', async () => {
    writeChanged(CARRIED);
    const run = await site.migrate({ onDrift: 'carry' });
    expect([run.exitCode, run.view.message]).toEqual([0, expect.any(String)]);
    expect(driftOf(run)).toHaveLength(12);
    expect(driftOf(run)).toContain('warning unknown-column tokens x AS y');
    expect(driftOf(run)).toContain('warning unknown-table Pool "Metadata"');
    expect(run.view.findings.map(({ message }) => message)).toContain(
      'column weight REAL of tokens is not in the plan: carried over as double precision, without default or check',
    );
    expect(await differencesByHand(site.source, site)).toEqual([]);
    const [token] = await site.query(
      `SELECT website, "odd ""AS"" name" AS odd, "x AS y" AS bool, weight, price, picture, extra, seen_at, untyped FROM tokens WHERE id = 2`,
    );
    expect(token).toEqual({
      website: 'https://\\n\t🚀',
      odd: '9223372036854775807',
      bool: '1',
      weight: '0.30000000000000004',
      price: '12345.678901',
      picture: '\\x00ff5c6e0a',
      extra: '{"a": [100], "b": 1.50}',
      seen_at: '2025-10-01 12:00:00.5+00',
      untyped: 'text',
    });
    expect(await site.query('SELECT weight, price, picture, extra FROM tokens WHERE id = 3')).toEqual([
      { weight: '5e-324', price: '-0.000000001', picture: '\\x', extra: 'null' },
    ]);
    expect(
      await site.query(
        `SELECT website IS NULL AS no, count(*) AS n FROM tokens WHERE id IN (1, 4) GROUP BY 1 ORDER BY 1`,
      ),
    ).toEqual([
      { no: 'f', n: '1' },
      { no: 't', n: '1' },
    ]);
    expect(await site.query('SELECT id, token_id, text FROM alerts ORDER BY id')).toEqual([
      { id: '-3', token_id: null, text: null },
      { id: '7', token_id: '1', text: 'seven' },
      { id: '9007199254740993', token_id: '2', text: '' },
    ]);
    expect(
      await site.query(
        `SELECT address, n, "select" AS s FROM "Pool ""Metadata""" ORDER BY address COLLATE "C", n`,
      ),
    ).toEqual([
      { address: '', n: '5', s: '' },
      { address: 'Z', n: '2', s: null },
      { address: 'a', n: '-1', s: '\\N' },
      { address: 'a', n: '10', s: 'b' },
      { address: 'ä', n: '1', s: 'x' },
      { address: '🚀', n: '0', s: '' },
    ]);
    expect(await site.query('SELECT * FROM nothing_yet')).toEqual([]);
    await expect(site.query(`INSERT INTO "Pool ""Metadata""" VALUES ('Z', 2, 'again')`)).rejects.toThrow(
      'duplicate key',
    );
    expect(run.events.filter(({ type }) => type === 'table.verified')).toHaveLength(7);
  });

  it('stops the run when the target has a table of that name already', async () => {
    writeChanged('CREATE TABLE alerts (id INTEGER PRIMARY KEY)');
    await site.query('CREATE TABLE alerts (mine int)');
    const before = await objectsIn(site);
    const run = await site.migrate({ onDrift: 'carry' });
    expect(run.exitCode).toBe(3);
    expect(driftOf(run)).toContain('error target-not-empty');
    expect(await objectsIn(site)).toEqual(before);
  });

  it('stops the run when a value does not fit the type that its declaration suggests', async () => {
    writeChanged(
      `ALTER TABLE tokens ADD COLUMN stars INTEGER; UPDATE tokens SET stars = 'many' WHERE id = 4`,
    );
    const run = await site.migrate({ onDrift: 'carry' });
    expect(run.exitCode).toBe(3);
    // The scores of that token would be orphans.
    expect(driftOf(run)).toEqual([
      'warning unknown-column tokens stars',
      'error wrong-type tokens stars',
      'error orphan token_scores token_id',
    ]);
  });

  it.each(['token_scores_2025_10', 'token_scores_default', 'idx_tokens_status'])(
    'stops the run for a table %s, whose name the run needs itself',
    async (name) => {
      writeChanged(`CREATE TABLE ${name} (id INTEGER PRIMARY KEY)`);
      const run = await site.migrate({ onDrift: 'carry' });
      expect(run.exitCode).toBe(3);
      expect(driftOf(run)).toContain(`error impossible-name ${name}`);
    },
  );

  it('stops the run for a virtual table and for one without a key, which only --on-drift leave passes over', async () => {
    writeChanged('CREATE VIRTUAL TABLE search USING fts5 (name); CREATE TABLE log (line TEXT)');
    const run = await site.migrate({ onDrift: 'carry' });
    expect(driftOf(run)).toEqual(['error unknown-table log', 'error virtual-table search']);
    expect(run.view.remedies).toEqual(['--on-drift leave    leaves it behind; it stays in the backup']);
    expect((await site.migrate({ onDrift: 'leave' })).exitCode).toBe(0);
  });
});

describe('drift that is to stay behind', () => {
  it('is named and does not come to the target; the rest arrives', async () => {
    writeChanged(CARRIED);
    const run = await site.migrate({ onDrift: 'leave' });
    expect(run.exitCode).toBe(0);
    expect(driftOf(run)).toHaveLength(12);
    expect(run.view.findings.map(({ message }) => message)).toContain(
      'table alerts is not in the plan: left behind',
    );
    expect(await differencesByHand(site.source, site)).toEqual([]);
    expect(
      await site.query(
        `SELECT count(*) AS n FROM pg_attribute WHERE attrelid = 'tokens'::regclass AND attnum > 0 AND attname NOT IN ('liquidity_usd', 'primary_dex')`,
      ),
    ).toEqual([{ n: '7' }]);
    expect(await site.query(`SELECT to_regclass('alerts') AS alerts`)).toEqual([{ alerts: null }]);
  });
});

describe('an older source', () => {
  it('without spam_metrics migrates; the column is there and empty', async () => {
    writeSample(site.source, { scores: 60, withSpamMetrics: false });
    const run = await site.migrate();
    expect(run.exitCode).toBe(0);
    expect(driftOf(run)).toEqual(['info absent-column token_scores spam_metrics']);
    expect(await site.query('SELECT count(*) AS n, count(spam_metrics) AS filled FROM token_scores')).toEqual(
      [{ n: '60', filled: '0' }],
    );
  });

  it('with views and triggers migrates and says that they stay behind', async () => {
    writeChanged(`CREATE VIEW latest AS SELECT * FROM token_scores;
      CREATE TRIGGER touch AFTER INSERT ON tokens BEGIN SELECT 1; END`);
    const run = await site.migrate();
    expect(run.exitCode).toBe(0);
    expect(run.view.findings.map(({ message }) => message)).toContain(
      'not carried over: trigger touch, view latest',
    );
  });

  it.each(['carry', 'leave'] as const)(
    'with a column less and another type migrates with --on-drift %s',
    async (onDrift) => {
      writeChanged(
        'ALTER TABLE tokens DROP COLUMN symbol',
        redeclare('token_scores', 'NUMERIC(10, 4)', 'REAL'),
        'DROP TABLE alembic_version',
      );
      const run = await site.migrate({ onDrift });
      expect([run.exitCode, run.view.message]).toEqual([0, expect.any(String)]);
      expect(
        await site.query(
          'SELECT count(symbol) AS symbols, min(count(id)) OVER () > 0 AS has_tokens FROM tokens',
        ),
      ).toEqual([{ symbols: '0', has_tokens: 't' }]);
      expect(await site.query('SELECT count(*) AS n FROM alembic_version')).toEqual([{ n: '0' }]);
    },
  );
});
