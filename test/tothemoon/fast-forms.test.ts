// The fast forms of the queries against the forms that the application sends, on a year of months: the same rows in the same order,
// also of tokens without scores, of several scores at one instant, and of documents from which nothing can be extracted.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { queries } from '../../src/plans/tothemoon-queries.js';
import { loadSql } from '../../src/target/sql.js';
import { type MoonDatabase, createMoonDatabase } from '../support/tothemoon-database.js';

const TOKENS = 600;
const MONTHS = Array.from({ length: 12 }, (_, i) => `2024-${String(i + 1).padStart(2, '0')}`);

let moon: MoonDatabase;
beforeAll(async () => {
  moon = await createMoonDatabase(MONTHS);
  await moon.client.query(
    `INSERT INTO tokens (id, mint_address, status, created_at)
     SELECT i, 'mint ' || i, CASE i % 60 WHEN 0 THEN 'active' WHEN 1 THEN 'monitoring' ELSE 'archived' END, '2024-01-01' FROM generate_series(1, $1::int) AS i`,
    [TOKENS],
  );
  // A token's newest score lies in any month; some have several of that instant, the best of them not always the last, and some none.
  await moon.client.query(
    `INSERT INTO token_scores (token_id, created_at, score, smoothed_score, metrics)
     SELECT t.id, make_timestamptz(2024, 1 + t.id % 12, 2, 3, 4, CASE WHEN t.id % 5 < 2 THEN 5 ELSE n END, 'UTC'),
            CASE WHEN t.id % 7 > 0 THEN (t.id * 37 + n * 11) % 100 / 100.0 END,
            CASE WHEN (t.id + n) % 3 > 0 THEN (t.id * 53 + n * 29) % 100 / 100.0 END,
            (ARRAY[NULL, 'null', '[]', '{"L_tot": "much"}', '{"L_tot": 1e300, "primary_dex": "' || repeat('x', 60) || '"}',
              format('{"L_tot": %s.004, "primary_dex": "orca"}', t.id), format('{"L_tot": %s, "primary_dex": "raydium"}', t.id)])[1 + (t.id + n) % 7]::jsonb
     FROM tokens AS t CROSS JOIN generate_series(1, 3) AS n WHERE t.id % 11 > 0`,
  );
  await moon.client.query('VACUUM (ANALYZE) tokens, token_scores, latest_token_scores');
}, 60_000);
afterAll(() => moon.remove());

/** Values to ask each query with, by the name of its fast form's file. */
const VALUES: Readonly<Record<string, readonly (readonly unknown[])[]>> = {
  tokens_list: [
    ['archived', 50, 0],
    ['active', 100, 37],
  ],
  tokens_of_status: [
    ['archived', 100, 0],
    ['archived', 100, 300],
    ['active', 5, 2],
    ['none', 5, 0],
  ],
  tokens_ascending: [
    ['archived', 50, 0],
    ['active', 100, 37],
  ],
  tokens_by_min_score: [
    ['archived', 'active', 0.5, 50, 0],
    ['active', 'monitoring', 0.9, 100, 3],
  ],
  tokens_count: [
    ['archived', 'active', 0.5],
    ['active', 'monitoring', 0.9],
  ],
  good_tokens: [
    ['active', 0.2],
    ['archived', 0.5],
  ],
  newest_of_all: [[]],
  newest_of_tokens: [['{1,2,3,11,22,60,240}'], [`{${Array.from({ length: TOKENS }, (_, i) => i).join()}}`]],
  liquid_tokens: [
    [300, 50],
    [0, 1000],
    [17.004, 1000],
  ],
  dex_tokens: [
    ['orca', 50],
    ['x'.repeat(60), 1000],
    ['nowhere', 50],
  ],
};

const FORMS = [...new Map(queries.map((query) => [query.fast, query])).values()].flatMap(
  ({ fast, postgres, isUnordered }) =>
    fast === undefined
      ? []
      : [{ form: fast.replace(/^.*\/|\.fast\.sql$/g, ''), fast, postgres, isUnordered }],
);

describe('the fast form', () => {
  it.each(FORMS)('of $form gives what the sent one does', async ({ form, fast, postgres, isUnordered }) => {
    let found = 0;
    for (const values of VALUES[form] ?? []) {
      const [sent, quick] = await Promise.all(
        [postgres, fast].map(async (file) => {
          const rows = (await moon.rows(loadSql(file), values)).map((row) => JSON.stringify(row));
          return isUnordered === true ? rows.sort() : rows;
        }),
      );
      expect(quick, JSON.stringify(values)).toEqual(sent);
      found += sent?.length ?? 0;
    }
    expect(found).toBeGreaterThan(0);
  });

  it('lists scores of one instant as often as there are, whichever of them is the last', async () => {
    const [row] = await moon.rows(
      `SELECT count(*) AS rows, count(DISTINCT t.id) AS tokens, count(*) FILTER (WHERE s.id <> n.score_id AND s.score > n.score) AS better
       FROM tokens AS t JOIN latest_token_scores AS n ON n.token_id = t.id
       JOIN token_scores AS s ON s.token_id = t.id AND s.created_at = n.created_at`,
    );
    expect(Number(row?.['rows'])).toBeGreaterThan(Number(row?.['tokens']) * 1.5);
    expect(Number(row?.['better'])).toBeGreaterThan(50);
  });
});

/** The planner's whole cost; by nested loops alone, which it chooses by itself where token_scores is large. */
async function costOf(sql: string, values: readonly unknown[]): Promise<number> {
  await moon.client.query('BEGIN; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off');
  const [row] = await moon.rows(`EXPLAIN (FORMAT JSON) ${sql}`, values);
  await moon.client.query('ROLLBACK');
  const [{ Plan }] = JSON.parse(row?.['QUERY PLAN'] ?? '[]') as [{ Plan: { 'Total Cost': number } }];
  return Plan['Total Cost'];
}

it('a look-up that opens one month of many is not held for one that opens all of them', async () => {
  const sql = loadSql('tothemoon/queries/tokens_of_status.fast.sql');
  const values = ['archived', 50, 0];
  const without = await costOf(sql.replace('LIMIT (SELECT NULL::bigint)', 'OFFSET 0'), values);
  // From jit_above_cost on the query is compiled first, which takes longer than to run it.
  const [row] = await moon.rows('SHOW jit_above_cost');
  const ofAllTokens = 2391 / TOKENS;
  expect(without * ofAllTokens).toBeGreaterThan(Number(row?.['jit_above_cost']));
  expect((await costOf(sql, values)) * ofAllTokens).toBeLessThan(Number(row?.['jit_above_cost']) / 2);
});
