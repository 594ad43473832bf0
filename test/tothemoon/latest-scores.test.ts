// What the target derives from scores: generated columns that take every document, and the newest score of each token, true after
// whatever is done to token_scores and in whatever order sessions commit.
import fc from 'fast-check';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type MoonDatabase, createMoonDatabase } from '../support/tothemoon-database.js';
import { untrueLatest } from '../support/untrue-latest.js';

let moon: MoonDatabase;

beforeAll(async () => {
  moon = await createMoonDatabase(['2025-09', '2025-10']);
  await moon.client.query(`SELECT setval('token_scores_id_seq', 1000)`);
});

afterAll(() => moon.remove());

beforeEach(async () => {
  await moon.client.query(`DELETE FROM tokens`);
  await moon.client.query(
    `INSERT INTO tokens (id, mint_address, status, created_at) SELECT i, 'mint ' || i, 'active', now() FROM generate_series(1, 3) AS i`,
  );
});

const token = fc.integer({ min: 1, max: 3 });
const score = fc.integer({ min: 1, max: 8 });
const time = fc.constantFrom(
  '2025-09-30 23:59:59+00',
  '2025-10-01 00:00:00+00',
  '2025-10-02 00:00:00+00',
  '2031-01-01 00:00:00+00',
  'infinity',
);
const metrics = fc.constantFrom(
  null,
  'null',
  '{"L_tot": 1.5, "primary_dex": "orca"}',
  '{"L_tot": 2, "primary_dex": "raydium"}',
);
const change: fc.Arbitrary<[string, unknown[]]> = fc.oneof(
  fc.tuple(
    fc.constant(`INSERT INTO token_scores (id, token_id, created_at, metrics)
    SELECT $1, $2, $3, $4 WHERE NOT EXISTS (SELECT FROM token_scores WHERE id = $1) AND EXISTS (SELECT FROM tokens WHERE id = $2)`),
    fc.tuple(score, token, time, metrics),
  ),
  fc.tuple(fc.constant('UPDATE token_scores SET created_at = $2 WHERE id = $1'), fc.tuple(score, time)),
  fc.tuple(fc.constant('UPDATE token_scores SET created_at = $1'), fc.tuple(time)),
  fc.tuple(
    fc.constant(
      'UPDATE token_scores SET token_id = $2 WHERE id = $1 AND EXISTS (SELECT FROM tokens WHERE id = $2)',
    ),
    fc.tuple(score, token),
  ),
  fc.tuple(
    fc.constant(`UPDATE token_scores SET metrics = $2, scoring_model = 'legacy' WHERE id >= $1`),
    fc.tuple(score, metrics),
  ),
  fc.tuple(
    fc.constant('UPDATE token_scores SET score = $2, smoothed_score = NULL WHERE id = $1'),
    fc.tuple(score, score),
  ),
  fc.tuple(
    fc.constant(`UPDATE token_scores SET id = nextval('token_scores_id_seq') WHERE token_id = $1`),
    fc.tuple(token),
  ),
  fc.tuple(fc.constant('DELETE FROM token_scores WHERE id = $1'), fc.tuple(score)),
  fc.tuple(fc.constant('DELETE FROM token_scores WHERE token_id = $1'), fc.tuple(token)),
  fc.tuple(fc.constant('DELETE FROM tokens WHERE id = $1'), fc.tuple(token)),
  fc.tuple(
    fc.constant(`INSERT INTO token_scores (id, token_id, created_at, metrics) SELECT 10 + id, id, $1, $2 FROM tokens AS t
    WHERE NOT EXISTS (SELECT FROM token_scores AS s WHERE s.id = 10 + t.id AND s.created_at <> $1)
    ON CONFLICT (id, created_at) DO UPDATE SET metrics = excluded.metrics`),
    fc.tuple(time, metrics),
  ),
  // One partition by its own name.
  fc.tuple(
    fc.constant(`INSERT INTO token_scores_2025_10 (token_id, created_at, metrics)
    SELECT id, '2025-10-03', $1 FROM tokens`),
    fc.tuple(metrics),
  ),
  fc.tuple(
    fc.constant('UPDATE token_scores_2025_10 SET metrics = $2 WHERE token_id = $1'),
    fc.tuple(token, metrics),
  ),
  fc.tuple(fc.constant('DELETE FROM token_scores_2025_10 WHERE token_id >= $1'), fc.tuple(token)),
  fc.constant<[string, unknown[]]>(['TRUNCATE token_scores_2025_10', []]),
);

describe('the newest score of each token', () => {
  it('is true after any changes of any rows, in whatever partition and by whatever name', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 3, maxLength: 12 }), async (changes) => {
        await moon.client.query('BEGIN');
        try {
          for (const [sql, values] of changes) await moon.client.query(sql, values);
          expect(await untrueLatest(moon)).toEqual([]);
        } finally {
          await moon.client.query('ROLLBACK');
        }
      }),
      { numRuns: 80 },
    );
  });

  it('shows what the later application takes from a document, by its own rules', async () => {
    const document = {
      ...{
        L_tot: 1234.565,
        primary_dex: 'orca',
        delta_p_5m: -0.25,
        delta_p_15m: 0.5,
        n_5m: 3,
        tx_count_5m: 40,
      },
      fetched_at: '2025-10-01T12:00:00.5+00:00',
      pools: [{ dex: 'orca' }, { dex: 'ray' }, { dex: 'orca' }, { dex: null }, {}, 'not a pool'],
    };
    await moon.client.query(
      `INSERT INTO token_scores (token_id, score, smoothed_score, metrics, created_at, scoring_model) VALUES (1, 0.123456, 0.2, $1, '2025-10-01', 'x')`,
      [JSON.stringify(document)],
    );
    expect(
      await moon.rows(
        'SELECT *, (SELECT max(id) FROM token_scores) = score_id AS is_it FROM latest_token_scores',
      ),
    ).toEqual([
      {
        ...{ token_id: '1', score: '0.123456', smoothed_score: '0.2', liquidity_usd: '1234.57' },
        ...{ delta_p_5m: '-0.25', delta_p_15m: '0.5', n_5m: '40', primary_dex: 'orca', scoring_model: 'x' },
        pool_counts: '{"ray": 1, "orca": 2, "unknown": 2}',
        fetched_at: '2025-10-01 12:00:00.5+00',
        created_at: '2025-10-01 00:00:00+00',
        score_id: expect.any(String) as unknown,
        is_it: 't',
      },
    ]);
    expect(await moon.rows('SELECT liquidity_usd, primary_dex FROM tokens WHERE id = 1')).toEqual([
      { liquidity_usd: '1234.57', primary_dex: 'orca' },
    ]);
  });

  it('takes the upsert of the later application, which knows no score_id', async () => {
    await moon.client.query(
      `INSERT INTO token_scores (token_id, score, created_at) VALUES (1, 0.5, '2025-10-01')`,
    );
    const upsert = `INSERT INTO latest_token_scores (token_id, score, liquidity_usd, pool_counts, created_at)
      VALUES (%s, 0.5, 7, '{"orca": 1}', '2025-10-01') ON CONFLICT (token_id) DO UPDATE SET score = EXCLUDED.score, created_at = EXCLUDED.created_at`;
    await moon.client.query(upsert.replace('%s', '1'));
    await moon.client.query(upsert.replace('%s', '2'));
    await moon.client.query(
      `INSERT INTO token_scores (token_id, created_at) VALUES (1, '2025-10-02'), (2, '2025-10-01')`,
    );
    expect(await untrueLatest(moon)).toEqual([]);
  });

  it.each(['NULL', `'2999-01-01'`, `'infinity'`])(
    'is not kept from it by a row of the application with the time %s',
    async (time) => {
      await moon.client.query(
        `INSERT INTO latest_token_scores (token_id, created_at) VALUES (1, ${time}), (2, ${time});
       INSERT INTO token_scores (token_id, metrics, created_at) VALUES (1, '{"L_tot": 1}', '2025-10-01'), (2, NULL, '2025-10-02')`,
      );
      expect(await untrueLatest(moon)).toEqual([]);
      await moon.client.query(`INSERT INTO token_scores (token_id, created_at) VALUES (1, '2025-10-03')`);
      expect(await untrueLatest(moon)).toEqual([]);
    },
  );

  it('writes no row where nothing changes', async () => {
    await moon.client.query(
      `INSERT INTO token_scores (token_id, metrics, created_at) VALUES (1, '{"L_tot": 1}', '2025-10-02')`,
    );
    const versions =
      'SELECT t.xmin::text AS token, l.xmin::text AS latest FROM tokens AS t JOIN latest_token_scores AS l ON l.token_id = t.id';
    const before = await moon.rows(versions);
    await moon.client.query(`UPDATE token_scores SET spam_metrics = '{"risk_level": "low"}'`);
    await moon.client.query(`UPDATE token_scores SET metrics = '{"L_tot": 1.0}', score = score`);
    await moon.client.query(`UPDATE token_scores SET score = 1 WHERE false`);
    expect(await moon.rows(versions)).toEqual(before);
  });
});

describe('two sessions that write scores of one token at once', () => {
  const insert = (created: string, amount: number): string =>
    `INSERT INTO token_scores (token_id, metrics, created_at) VALUES (1, '{"L_tot": ${amount}}', '${created}')`;

  it.each([
    ['the older one first', '2025-10-01', '2025-10-02'],
    ['the newer one first', '2025-10-02', '2025-10-01'],
    ['both in the same microsecond', '2025-10-01', '2025-10-01'],
  ])('end with the newest when %s commits', async (_, first, second) => {
    await race(insert(first, 1), insert(second, 2));
  });

  it.each([
    [
      'deletes the newest while another is inserted',
      'DELETE FROM token_scores WHERE id = 7',
      insert('2025-10-03', 2),
    ],
    [
      'inserts while another deletes the newest',
      insert('2025-10-03', 2),
      'DELETE FROM token_scores WHERE id = 7',
    ],
    [
      'inserts an older one while the newest goes',
      'DELETE FROM token_scores WHERE id = 7',
      insert('2025-09-15', 2),
    ],
  ])('end with the newest when one %s', async (_, first, second) => {
    await moon.client.query(`INSERT INTO token_scores (id, token_id, metrics, created_at) VALUES
      (6, 1, '{"L_tot": 6}', '2025-09-10'), (7, 1, '{"L_tot": 7}', '2025-10-02')`);
    await race(first, second);
  });

  /** The second is sent while the first is not committed; it waits for the lock on the token. */
  async function race(first: string, second: string): Promise<void> {
    const [one, other]: [pg.Client, pg.Client] = [await moon.connect(), await moon.connect()];
    await one.query('BEGIN');
    await one.query(first);
    await other.query('BEGIN');
    const waiting = other.query(second);
    try {
      await moon.untilWaiting(1);
    } finally {
      await one.query('COMMIT');
      await waiting;
    }
    await other.query('COMMIT');
    expect(await untrueLatest(moon)).toEqual([]);
  }
});

describe('the columns that are extracted from metrics', () => {
  const odd = fc.oneof(
    fc.constantFrom(
      '1e400',
      '-1e400',
      '1e-400',
      '0',
      '-0',
      `1${'0'.repeat(100_000)}`,
      `0.${'0'.repeat(16_000)}1`,
    ),
    fc.constantFrom(
      '999999999999999999.99',
      '999999999999999999.994',
      '999999999999999999.995',
      '-999999999999999999.995',
      '1e18',
    ),
    fc.constantFrom(
      JSON.stringify('x'.repeat(10_000)),
      JSON.stringify('😀'.repeat(50)),
      JSON.stringify('é'.repeat(51)),
      '""',
      '"NaN"',
    ),
    fc.constantFrom(
      '"2025-02-30T00:00:00+00:00"',
      '"2025-10-01T25:00:00"',
      '"now"',
      '"infinity"',
      '"2025-10-01T00:00:00+99:99"',
      '"0000-01-01T00:00:00Z"',
    ),
    fc.json({ maxDepth: 2, noUnicodeString: true }).filter((text) => !text.includes('\\u0000')),
  );
  const keys = [
    'L_tot',
    'primary_dex',
    'delta_p_5m',
    'delta_p_15m',
    'n_5m',
    'tx_count_5m',
    'fetched_at',
    'pools',
  ];
  const document = fc.oneof(
    odd,
    odd.map((text) => `{"pools": [${text}, {"dex": ${text}}]}`),
    fc
      .tuple(...keys.map(() => odd))
      .map((values) => `{${keys.map((key, i) => `"${key}": ${values[i] ?? 'null'}`).join(', ')}}`),
  );

  it('make no INSERT fail that jsonb takes, and are NULL where a value does not fit', async () => {
    await fc.assert(
      fc.asyncProperty(document, async (text) => {
        const [row] = await moon.rows(
          `INSERT INTO token_scores (token_id, metrics, created_at) VALUES (1, $1, clock_timestamp())
           RETURNING liquidity_usd, primary_dex, jsonb_typeof(metrics -> 'L_tot') AS kind, round(CASE jsonb_typeof(metrics -> 'L_tot') WHEN 'number' THEN (metrics -> 'L_tot')::numeric END, 2) AS rounded,
             CASE jsonb_typeof(metrics -> 'primary_dex') WHEN 'string' THEN metrics ->> 'primary_dex' END AS dex`,
          [text],
        );
        const rounded = row?.['rounded'] ?? null;
        const fits = rounded !== null && rounded.replace('-', '').length <= 21;
        expect(row?.['liquidity_usd']).toBe(fits ? rounded : null);
        const dex = row?.['dex'] ?? null;
        expect(row?.['primary_dex']).toBe(dex !== null && Array.from(dex).length <= 50 ? dex : null);
      }),
      { numRuns: 150 },
    );
    expect(await untrueLatest(moon)).toEqual([]);
  });
});
