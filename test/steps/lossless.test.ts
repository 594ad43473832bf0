// Every oddity of a real file arrives unchanged. The comparison here shares no code with the wizard's own.
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../../src/source/sqlite-driver.js';
import { differencesByHand } from '../support/compare-by-hand.js';
import { tothemoon } from '../../src/plans/tothemoon.js';
import { type Migration, type Site, createSite, endingOf, findingsOf } from '../support/migrate.js';
import {
  HIGHEST_SCORE_ID,
  HIGHEST_TOKEN_ID,
  RESPELLED_TIMES,
  writeOddSource,
} from '../support/odd-source.js';

/** The odd source has times in several spellings, which SQLite compares as text and PostgreSQL as instants. */
const DIFFERENT_BY_SPELLING = [
  'scheduler, cold',
  'activation',
  'archiver, monitoring',
  'monitoring, updated',
  'monitoring, waiting',
  'freshness, monitoring',
];

let site: Site;
let run: Migration;
let before: Buffer;

beforeAll(async () => {
  site = await createSite();
  writeOddSource(site.source);
  before = readFileSync(site.source);
  run = await site.migrate({ jobs: 2 });
});

afterAll(() => site.remove());

function sourceRows(sql: string): Record<string, unknown>[] {
  const db = new Database(site.source, { readonly: true });
  try {
    return db.prepare<[], Record<string, unknown>>(sql).all();
  } finally {
    db.close();
  }
}

const sumOfRows =
  'SELECT (SELECT count(*) FROM tokens) + (SELECT count(*) FROM token_scores) + (SELECT count(*) FROM app_settings) + 1 AS n';

describe('a source full of oddities', () => {
  it('migrates to the end with exit code 0', () => {
    const rows = sourceRows(sumOfRows)[0]?.['n'];
    expect(endingOf(run)).toMatchObject({
      type: 'run.completed',
      exitCode: 0,
      totals: { tables: 4, rows, quarantined: 0 },
    });
    expect(run.exitCode).toBe(0);
  });

  it('has every value of every row in the target, compared by other means than ours', async () => {
    expect((await differencesByHand(site.source, site)).slice(0, 20)).toEqual([]);
  });

  it('warns of nothing but times in unusual spellings and zeros that lose their sign', () => {
    const findings = findingsOf(run, 'backup');
    expect(findings.map(({ code, column, count }) => [code, column, count])).toEqual([
      ['time-spelling', 'created_at', RESPELLED_TIMES.length],
      ['time-spelling', 'last_updated_at', RESPELLED_TIMES.length],
      ['negative-zero', 'metrics', 1],
      ['negative-zero', 'raw_components', 1],
      ['negative-zero', 'spam_metrics', 1],
    ]);
    expect(findingsOf(run, 'verify').map(({ severity, message }) => [severity, message])).toEqual(
      DIFFERENT_BY_SPELLING.map((name): unknown[] => [
        'warning',
        expect.stringMatching(
          `^query ${name}: .* (the source orders times by their spelling`.replace('(', '\\('),
        ),
      ]),
    );
  });

  it('compares every query of the application, and says why some that go by times differ', () => {
    const queries = run.events.filter((event) => event.type === 'query.compared');
    expect(queries.map(({ query }) => query)).toEqual(tothemoon.queries.map(({ name }) => name));
    expect(queries.filter(({ equal }) => !equal).map(({ query }) => query)).toEqual(DIFFERENT_BY_SPELLING);
    expect(queries.filter(({ rows }) => rows === 0).map(({ query }) => query)).toEqual(['spam and NotArb']);
  });

  it('leaves the source file as it was, byte for byte', () => {
    expect(readFileSync(site.source).equals(before)).toBe(true);
  });

  it('keeps an empty text, SQL NULL and the JSON word null apart', async () => {
    const counted = `SELECT count(*) FILTER (WHERE name = '') AS empty, count(*) FILTER (WHERE name IS NULL) AS nothing FROM tokens`;
    const [names] = await site.query(counted);
    expect(names).toEqual({
      empty: String(sourceRows(`SELECT count(*) AS n FROM tokens WHERE name = ''`)[0]?.['n']),
      nothing: String(sourceRows('SELECT count(*) AS n FROM tokens WHERE name IS NULL')[0]?.['n']),
    });
    const spam = `SELECT count(*) FILTER (WHERE spam_metrics = 'null') AS word, count(*) FILTER (WHERE spam_metrics IS NULL) AS nothing FROM token_scores`;
    expect(await site.query(spam)).toEqual([
      {
        word: String(
          sourceRows(`SELECT count(*) AS n FROM token_scores WHERE spam_metrics = 'null'`)[0]?.['n'],
        ),
        nothing: String(
          sourceRows('SELECT count(*) AS n FROM token_scores WHERE spam_metrics IS NULL')[0]?.['n'],
        ),
      },
    ]);
  });

  it('keeps all six decimals of a score', async () => {
    expect(await site.query('SELECT DISTINCT score FROM token_scores WHERE score = 0.123456')).toEqual([
      { score: '0.123456' },
    ]);
  });
});

describe('the report of the target', () => {
  it('has the size of every index that the run made, those of partitions summed, and how often the queries used it', async () => {
    const bySize = await site.query(`
      WITH RECURSIVE part AS (
        SELECT indexrelid AS root, indexrelid AS oid FROM pg_index
        JOIN pg_class AS t ON t.oid = indrelid
        WHERE t.relnamespace = 'public'::regnamespace AND NOT t.relispartition
        UNION ALL
        SELECT root, inhrelid FROM pg_inherits JOIN part ON inhparent = part.oid
      )
      SELECT root::regclass::text AS name, sum(pg_relation_size(oid))::text AS bytes FROM part GROUP BY root ORDER BY root::regclass::text COLLATE "C"`);
    const { indexes } = run.view;
    const told = indexes.map(({ index, bytes }) => ({ name: index, bytes: String(bytes) }));
    expect(told.sort((a, b) => (a.name < b.name ? -1 : 1))).toEqual(bySize);
    expect(told.map(({ name }) => name)).toContain('latest_token_scores_pkey');
    const ofQueries = indexes.find(({ index }) => index === 'idx_token_scores_token_created');
    expect(ofQueries).toMatchObject({
      table: 'token_scores',
      definition: 'btree (token_id, created_at DESC, id DESC)',
    });
    expect(ofQueries?.bytes).toBeGreaterThan(0);
    expect(ofQueries?.scans).toBeGreaterThan(0);
  });

  it('says on what it ran, and nothing that names the machine', async () => {
    const [server] = await site.query('SHOW server_version');
    const { environment } = run.view;
    expect(environment).toMatchObject({
      node: process.versions.node,
      postgres: server?.['server_version'],
      timeZone: 'UTC',
    });
    expect(environment?.sqlite).toMatch(/^3\.\d+\.\d+$/);
    expect(environment?.cores).toBeGreaterThan(0);
    expect(environment?.memoryBytes).toBeGreaterThan(100_000_000);
    expect(
      Object.keys(environment ?? {})
        .sort()
        .join(),
    ).toBe('cores,memoryBytes,node,postgres,sqlite,system,timeZone,wizard');
    expect(environment?.system.includes(` ${hostname()} `)).toBe(false);
  });
});

describe('the partitions of token_scores', () => {
  it('hold the rows of their month, and the default partition all rows of months without one', async () => {
    const rows = await site.query(`
      SELECT tableoid::regclass::text AS partition, to_char(created_at, 'YYYY_MM') AS month, count(*) AS n
      FROM token_scores GROUP BY 1, 2 ORDER BY 1, 2`);
    const monthsOfSource = sourceRows(
      `SELECT replace(substr(created_at, 1, 7), '-', '_') AS month, count(*) AS n FROM token_scores GROUP BY 1 ORDER BY 1`,
    );
    const byMonth = rows.map(({ month, n }) => ({ month, n: Number(n) }));
    expect(byMonth.sort((a, b) => ((a.month ?? '') < (b.month ?? '') ? -1 : 1))).toEqual(monthsOfSource);
    for (const { partition, month } of rows) {
      const isFarAway = Number(month?.slice(0, 4)) < 2017 || Number(month?.slice(0, 4)) > 2030;
      expect(partition).toBe(isFarAway ? 'token_scores_default' : `token_scores_${month ?? ''}`);
    }
    expect(rows.filter(({ partition }) => partition === 'token_scores_default').length).toBeGreaterThan(5);
    expect(rows.filter(({ partition }) => partition !== 'token_scores_default').length).toBeGreaterThan(3);
  });
});

describe('after the migration the application', () => {
  it('gets the next ids by itself', async () => {
    const [token] = await site.query(
      `INSERT INTO tokens (mint_address, status, created_at) VALUES ('next', 'active', now()) RETURNING id`,
    );
    expect(token).toEqual({ id: String(HIGHEST_TOKEN_ID + 1n) });
    const [score] = await site.query(
      `INSERT INTO token_scores (token_id, created_at) VALUES ($1, now()) RETURNING id, scoring_model`,
      [token?.id],
    );
    expect(score).toEqual({ id: String(HIGHEST_SCORE_ID + 1n), scoring_model: 'hybrid_momentum' });
    await site.query(`DELETE FROM tokens WHERE mint_address = 'next'`);
  });

  it.each([
    [
      'an unknown status',
      `INSERT INTO tokens VALUES (99999, 'x', '', '', 'gone', now())`,
      'ck_tokens_status',
    ],
    [
      'a mint that exists',
      `INSERT INTO tokens VALUES (99999, 'MINT', '', '', 'active', now())`,
      'tokens_mint_address_key',
    ],
    [
      'a score without its token',
      `INSERT INTO token_scores (id, token_id, created_at) VALUES (55555, 99999, now())`,
      'token_scores_token_id_fkey',
    ],
    ['a setting twice', `INSERT INTO app_settings VALUES ('min_score', '1')`, 'app_settings_pkey'],
    [
      'a token without a mint',
      `INSERT INTO tokens (status, created_at) VALUES ('active', now())`,
      'null value',
    ],
  ])('cannot write %s', async (_, sql, complaint) => {
    await expect(site.query(sql)).rejects.toThrow(complaint);
  });

  it('loses the scores of a token that it deletes, as in the source', async () => {
    await site.query('BEGIN');
    await site.query('DELETE FROM tokens WHERE id = 1');
    expect(await site.query('SELECT count(*) AS n FROM token_scores WHERE token_id = 1')).toEqual([
      { n: '0' },
    ]);
    await site.query('ROLLBACK');
  });
});

describe('the comparison by other means', () => {
  it.each([
    [`UPDATE token_scores SET score = score + 0.000001 WHERE id = 7`, /^token_scores 7 score: /],
    [`UPDATE tokens SET name = name || ' ' WHERE id = 1`, /^tokens 1 name: /],
    [
      `UPDATE token_scores SET created_at = created_at + interval '1 microsecond' WHERE id = 8`,
      /^token_scores 8 created_at: /,
    ],
    [
      `UPDATE token_scores SET metrics = jsonb_set(metrics, '{L_tot}', '1.10') WHERE id = 9`,
      /^token_scores 9 metrics: /,
    ],
    [`UPDATE token_scores SET spam_metrics = 'null' WHERE id = 3`, /^token_scores 3 spam_metrics: /],
    [`DELETE FROM app_settings WHERE key = 'min_score'`, /^app_settings 6d696e5f73636f7265 is missing/],
  ])('notices %s', async (sql, difference) => {
    await site.query('BEGIN');
    await site.query(sql);
    const found = await differencesByHand(site.source, site);
    await site.query('ROLLBACK');
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(difference);
  });
});

describe('a source whose highest score id is the last that exists', () => {
  it('migrates, and the target has no further id to give, as the source had none in order', async () => {
    const other = await createSite();
    try {
      const highest = 2n ** 63n - 1n;
      writeOddSource(other.source, { scores: 50, highestScoreId: highest });
      expect((await other.migrate()).exitCode).toBe(0);
      expect(await other.query('SELECT max(id) AS id FROM token_scores')).toEqual([{ id: String(highest) }]);
      await expect(other.query(`SELECT nextval('token_scores_id_seq')`)).rejects.toThrow('maximum value');
    } finally {
      await other.remove();
    }
  });
});
