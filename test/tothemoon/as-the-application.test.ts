// The finished target under the statements that SQLAlchemy sends, psycopg2's literals and all, and under a month that rolls over while
// others write.
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MoonDatabase, createMoonDatabase } from '../support/tothemoon-database.js';

let moon: MoonDatabase;
beforeAll(async () => {
  moon = await createMoonDatabase();
  await moon.client.query(
    `INSERT INTO tokens (mint_address, name, symbol, status, created_at) SELECT 'mint ' || i, NULL, NULL, 'active', '2026-01-01T00:00:00+00:00'::timestamptz FROM generate_series(1, 40) AS i`,
  );
});
afterAll(() => moon.remove());

const COLUMNS = '(token_id, score, metrics, created_at, scoring_model)';
const METRICS = `'{"L_tot": 1.0, "primary_dex": "orca"}'`;

describe('an INSERT as SQLAlchemy sends it', () => {
  it.each([
    ['an aware time', `'2026-01-31T02:00:00+03:00'::timestamptz`, '2026-01-30 23:00:00+00'],
    ['a naive time', `'2026-01-31T02:00:00'::timestamp`, '2026-01-31 02:00:00+00'],
    [
      'times and JSON as untyped literals',
      `'2026-01-31 02:00:00.123456+00'`,
      '2026-01-31 02:00:00.123456+00',
    ],
  ])('takes %s', async (_, literal, created) => {
    const [row] = await moon.rows(
      `INSERT INTO token_scores ${COLUMNS} VALUES (1, 0.5, ${METRICS}, ${literal}, 'x') RETURNING token_scores.id`,
    );
    const found = await moon.rows(
      `SELECT created_at, liquidity_usd, primary_dex FROM token_scores WHERE id = $1`,
      [row?.['id']],
    );
    expect(found).toEqual([{ created_at: created, liquidity_usd: '1.00', primary_dex: 'orca' }]);
  });

  it('takes JSON as a parameter of text, and an id that is given', async () => {
    const inserted = await moon.rows(
      `INSERT INTO token_scores (id, token_id, score, metrics, created_at) VALUES ($1, $2, $3, $4, $5) RETURNING token_scores.id, token_scores.scoring_model`,
      ['900000', '1', '0.123456', '{"L_tot": 2}', '2026-01-31 03:00:00'],
    );
    expect(inserted).toEqual([{ id: '900000', scoring_model: 'hybrid_momentum' }]);
  });

  it('takes many rows in one statement, and gives their ids in order', async () => {
    const rows = await moon.rows(`INSERT INTO token_scores (token_id, score, metrics, created_at)
      SELECT p0::INTEGER, p1::NUMERIC(10, 4), p2::JSONB, p3::TIMESTAMP WITH TIME ZONE
      FROM (VALUES (2, 0.25, ${METRICS}, '2026-01-31T02:00:00+00:00'::timestamptz, 0), (3, NULL, NULL, '2026-01-31T02:00:01+00:00'::timestamptz, 1))
        AS imp_sen(p0, p1, p2, p3, sen_counter) ORDER BY sen_counter RETURNING token_scores.id, token_scores.id AS id__1`);
    expect(rows.map(({ id__1 }) => Number(id__1) - Number(rows[0]?.['id']))).toEqual([0, 1]);
    const kept = await moon.rows(`SELECT token_id FROM token_scores WHERE id >= $1 ORDER BY id LIMIT 2`, [
      rows[0]?.['id'],
    ]);
    expect(kept).toEqual([{ token_id: '2' }, { token_id: '3' }]);
  });

  it('is followed by an UPDATE that names the id alone and meets one row', async () => {
    const result = await moon.client.query(
      `UPDATE token_scores SET spam_metrics='{"risk_level": "low"}', smoothed_score=0.75 WHERE token_scores.id = 900000`,
    );
    expect(result.rowCount).toBe(1);
    expect(await moon.rows('SELECT smoothed_score FROM latest_token_scores WHERE token_id = 1')).toEqual([
      { smoothed_score: '0.75' },
    ]);
  });

  it('refuses an id that is there with the same time, and takes it with another one', async () => {
    const again = (created: string) =>
      moon.client.query(
        `INSERT INTO token_scores (id, token_id, created_at) VALUES (900000, 1, '${created}')`,
      );
    await expect(again('2026-01-31 03:00:00')).rejects.toMatchObject({ code: '23505' });
    expect(await again('2025-12-31 03:00:00')).toMatchObject({ rowCount: 1 });
    await moon.client.query(`DELETE FROM token_scores WHERE created_at = '2025-12-31 03:00:00'`);
  });

  it('refuses a second token of one mint, as the worker expects', async () => {
    const again = moon.client.query(
      `INSERT INTO tokens (mint_address, name, symbol, status, created_at, last_updated_at) VALUES ('mint 1', NULL, NULL, 'monitoring', '2026-01-31T02:00:00+00:00'::timestamptz, NULL) RETURNING tokens.id`,
    );
    await expect(again).rejects.toMatchObject({ code: '23505', constraint: 'tokens_mint_address_key' });
  });
});

describe('a month that rolls over', () => {
  const inMonths = (months: number): string =>
    `date_trunc('month', now()) + interval '${months} months 1 day'`;
  const insert = (months: number, token: number): string =>
    `INSERT INTO token_scores (token_id, score, created_at) VALUES (${token}, ${months}, ${inMonths(months)})`;
  /** `months ahead: partition`, months by the score. */
  const places = async (from: number): Promise<string[]> =>
    (
      await moon.rows(`SELECT DISTINCT score || ': ' || CASE tableoid::regclass::text WHEN 'token_scores_default' THEN 'default'
          WHEN 'token_scores_' || to_char(created_at, 'YYYY_MM') THEN 'its own' ELSE 'another' END AS place, score
        FROM token_scores WHERE score >= ${from} AND score = floor(score) ORDER BY score`)
    ).map(({ place }) => place ?? '');

  it('has its partition for three months, and the default one for what comes later', async () => {
    for (const months of [1, 2, 3, 4, 5]) await moon.client.query(insert(months, 5));
    expect(await places(1)).toEqual(['1: its own', '2: its own', '3: its own', '4: default', '5: default']);
  });

  it('gets its partition by ensure_partitions, with the rows that wait in the default one, and not twice', async () => {
    const rows = 'SELECT id, created_at, score FROM token_scores ORDER BY id';
    const latest = 'SELECT *, xmin FROM latest_token_scores ORDER BY token_id';
    const before = [await moon.rows(rows), await moon.rows(latest)];
    expect(await moon.rows('SELECT ensure_partitions(4) AS made')).toEqual([{ made: '1' }]);
    expect(await moon.rows('SELECT ensure_partitions(4) AS made')).toEqual([{ made: '0' }]);
    expect(await places(4)).toEqual(['4: its own', '5: default']);
    expect([await moon.rows(rows), await moon.rows(latest)]).toEqual(before);
    // Its trigger works there, and works again in the default partition.
    await moon.client.query(`${insert(4, 6)}; ${insert(7, 7)}`);
    expect(
      await moon.rows('SELECT token_id, score FROM latest_token_scores WHERE token_id IN (6, 7) ORDER BY 1'),
    ).toEqual([
      { token_id: '6', score: '4' },
      { token_id: '7', score: '7' },
    ]);
  });

  it('is refused in numbers that make no sense', async () => {
    for (const months of ['-1', '121', 'NULL'])
      await expect(moon.client.query(`SELECT ensure_partitions(${months})`)).rejects.toMatchObject({
        code: '22023',
      });
  });

  it('loses none of 1,000 inserts while partitions are made, whatever order they lock in, and none fails', async () => {
    const sessions = await Promise.all(Array.from({ length: 20 }, () => moon.connect()));
    const maker = await moon.connect();
    const writing = sessions.map((session, at) => write(session, 10 + at));
    for (let ahead = 5; ahead <= 12; ahead++) await maker.query(`SELECT ensure_partitions(${ahead})`);
    await Promise.all(writing);
    expect(await moon.rows('SELECT count(*) AS n FROM token_scores WHERE token_id >= 10')).toEqual([
      { n: '1000' },
    ]);
    const own = Array.from({ length: 9 }, (_, i) => `${i + 4}: its own`);
    expect(await places(4)).toEqual(own);
  });

  /** 50 rows over the coming year, each in a transaction that also reads and touches its token, before or after. */
  async function write(session: pg.Client, token: number): Promise<void> {
    for (let at = 0; at < 50; at++) {
      const touch = `UPDATE tokens SET last_updated_at = now() WHERE id = ${token}`;
      const read = 'SELECT max(created_at) FROM token_scores';
      const row = insert(4 + (at % 9), token);
      for (const sql of ['BEGIN', ...(at % 2 === 0 ? [touch, read, row] : [read, row, touch]), 'COMMIT'])
        await session.query(sql);
    }
  }
});
