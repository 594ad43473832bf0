// What keeps the newest scores true beside single rows: whole statements, months that come and go, and transactions that go on seeing
// what was there at their beginning.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { codeOf } from '../../src/errors.js';
import { type MoonDatabase, createMoonDatabase } from '../support/tothemoon-database.js';
import { untrueLatest } from '../support/untrue-latest.js';

let moon: MoonDatabase;

beforeAll(async () => {
  moon = await createMoonDatabase(['2025-09', '2025-10']);
});
afterAll(() => moon.remove());

beforeEach(async () => {
  await moon.client.query('TRUNCATE tokens CASCADE');
  await moon.client.query(
    `INSERT INTO tokens (id, mint_address, status, created_at) SELECT i, 'mint ' || i, 'active', now() FROM generate_series(1, 3) AS i`,
  );
});

const insert = (id: number, created: string, token = 1, table = 'token_scores'): string =>
  `INSERT INTO ${table} (id, token_id, metrics, created_at) VALUES (${id}, ${token}, '{"L_tot": ${id}}', '${created}')`;

async function refreshed(): Promise<unknown> {
  return (await moon.rows('SELECT refresh_latest_scores() AS changed'))[0]?.['changed'];
}

describe('a statement with many rows', () => {
  it('writes each of its tokens once', async () => {
    const versions = async (): Promise<number[]> =>
      (
        await moon.rows(`SELECT n_tup_ins + n_tup_upd AS versions FROM pg_stat_xact_user_tables
          WHERE relname IN ('tokens', 'latest_token_scores') ORDER BY relname`)
      ).map((row) => Number(row['versions']));
    const insertMany = async (from: number): Promise<number[]> => {
      const before = await versions();
      await moon.client.query(`INSERT INTO token_scores (token_id, metrics, created_at)
        SELECT 1 + i % 3, jsonb_build_object('L_tot', ${from} + i), '2025-10-01'::timestamptz + (${from} + i) * interval '1 s'
        FROM generate_series(1, 300) AS i`);
      return (await versions()).map((count, at) => count - (before[at] ?? 0));
    };
    await moon.client.query('BEGIN');
    expect([await insertMany(0), await insertMany(300)]).toEqual([
      [3, 3],
      [3, 3],
    ]);
    await moon.client.query('COMMIT');
    expect(await untrueLatest(moon)).toEqual([]);
  });

  it('waits for another one of the same tokens, in whatever order their rows are, and no deadlock comes of it', async () => {
    const [holder, one, other] = [await moon.connect(), await moon.connect(), await moon.connect()];
    const rows = (tokens: string): string =>
      `INSERT INTO token_scores (token_id, created_at) SELECT id, '2025-10-01' FROM unnest(ARRAY[${tokens}]) AS id`;
    await holder.query('BEGIN; SELECT FROM tokens WHERE id = 1 FOR NO KEY UPDATE');
    const first = one.query(rows('1, 2'));
    await moon.untilWaiting(1);
    const second = other.query(rows('2, 1'));
    try {
      await moon.untilWaiting(2);
    } finally {
      await holder.query('COMMIT');
      await Promise.all([first, second]);
    }
    expect(await untrueLatest(moon)).toEqual([]);
  });
});

describe('a month that goes', () => {
  beforeEach(async () => {
    await moon.client.query(
      [insert(1, '2025-09-10'), insert(2, '2025-10-10'), insert(3, '2025-10-11', 2)].join(';'),
    );
  });

  it.each(['token_scores_2025_10', 'token_scores', 'tokens CASCADE'])(
    'leaves nothing untrue after TRUNCATE %s',
    async (what) => {
      await moon.client.query(`TRUNCATE ${what}`);
      expect(await untrueLatest(moon)).toEqual([]);
      expect(await refreshed()).toBe('0');
    },
  );

  it('is taken into account by refresh_latest_scores() when it is detached, dropped or attached', async () => {
    const detach = 'ALTER TABLE token_scores DETACH PARTITION token_scores_2025_10';
    const attach = `ALTER TABLE token_scores ATTACH PARTITION token_scores_2025_10 FOR VALUES FROM ('2025-10-01 00:00:00+00') TO ('2025-11-01 00:00:00+00')`;
    await moon.client.query(detach);
    expect(await untrueLatest(moon)).not.toEqual([]);
    expect(await refreshed()).toBe('2');
    expect(await untrueLatest(moon)).toEqual([]);
    expect(await refreshed()).toBe('0');
    // Whatever is done to it while it is away does not count.
    await moon.client.query(insert(4, '2025-10-12', 1, 'token_scores_2025_10'));
    await moon.client.query('UPDATE token_scores_2025_10 SET score = 1; DELETE FROM token_scores_2025_10');
    await moon.client.query(insert(5, '2025-10-13', 3, 'token_scores_2025_10'));
    expect(await untrueLatest(moon)).toEqual([]);
    await moon.client.query(attach);
    expect(await refreshed()).toBe('1');
    expect(await untrueLatest(moon)).toEqual([]);
    await moon.client.query('BEGIN; DROP TABLE token_scores_2025_10');
    expect(await refreshed()).toBe('1');
    expect(await untrueLatest(moon)).toEqual([]);
    await moon.client.query('ROLLBACK');
  });
});

describe('refresh_latest_scores()', () => {
  it('mends whatever differs, writes nothing else, and says for how many tokens', async () => {
    await moon.client.query([1, 2, 3].map((id) => insert(id, '2025-10-01', id)).join(';'));
    const versions = 'SELECT xmin FROM latest_token_scores WHERE token_id = 3';
    const before = await moon.rows(versions);
    await moon.client.query(
      `UPDATE latest_token_scores SET pool_counts = '{"x": 1}' WHERE token_id = 1; UPDATE tokens SET primary_dex = 'x' WHERE id = 2`,
    );
    expect(await refreshed()).toBe('2');
    expect(await untrueLatest(moon)).toEqual([]);
    expect(await moon.rows(versions)).toEqual(before);
  });
});

describe('a transaction that goes on seeing what was there at its beginning', () => {
  /** Without metrics, so that the rows of tokens never change and are no help. */
  const bare = (id: number, created: string): string =>
    `INSERT INTO token_scores (id, token_id, created_at) VALUES (${id}, 1, '${created}')`;
  /** Done while token 1 has scores 1 to 3, the newest of them 3; each alone is allowed. */
  const CHANGES = {
    'inserts the newest': (id: number) => bare(id, '2025-10-20'),
    'inserts one before the newest': (id: number) => bare(id, '2025-10-09'),
    'inserts the oldest': (id: number) => bare(id, '2025-09-01'),
    'deletes the newest': () => 'DELETE FROM token_scores WHERE id = 3',
    'deletes an older one': () => 'DELETE FROM token_scores WHERE id = 1',
    'deletes all': () => 'DELETE FROM token_scores WHERE token_id = 1',
    'moves an older one up': () => `UPDATE token_scores SET created_at = '2025-10-15' WHERE id = 2`,
    'moves the newest back': () => `UPDATE token_scores SET created_at = '2025-09-02' WHERE id = 3`,
    'gives the newest to another token': () => 'UPDATE token_scores SET token_id = 2 WHERE id = 3',
  };
  const before = [bare(1, '2025-09-10'), bare(2, '2025-10-05'), bare(3, '2025-10-10')].join(';');
  const pairs = Object.entries(CHANGES).flatMap(([name, change]) =>
    Object.entries(CHANGES).map(([later, second]) => ({ name: `${name}, then ${later}`, change, second })),
  );

  it.each(['REPEATABLE READ', 'SERIALIZABLE'])(
    'under %s leaves nothing untrue: it fails (40001) after whoever has changed scores of the same token',
    async (isolation) => {
      const old = await moon.connect();
      for (const { name, change, second } of pairs) {
        await moon.client.query(`DELETE FROM token_scores; ${before}`);
        await old.query(`BEGIN ISOLATION LEVEL ${isolation}; SELECT count(*) FROM tokens`);
        await moon.client.query(change(10));
        const code = await old.query(`${second(11)}; COMMIT`).then(() => 'committed', codeOf);
        if (code !== 'committed') await old.query('ROLLBACK');
        expect([name, code, await untrueLatest(moon)]).toEqual([name, '40001', []]);
      }
    },
  );

  it('fails as well where the token had no score at its beginning', async () => {
    const old = await moon.connect();
    await old.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM tokens');
    await moon.client.query(bare(1, '2025-10-01'));
    await expect(old.query(bare(2, '2025-09-10'))).rejects.toMatchObject({ code: '40001' });
    await old.query('ROLLBACK');
    expect(await untrueLatest(moon)).toEqual([]);
  });

  it('is not disturbed by scores of other tokens', async () => {
    await moon.client.query(insert(1, '2025-10-01'));
    const old = await moon.connect();
    await old.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM tokens');
    await moon.client.query(insert(2, '2025-10-02', 2));
    await old.query(`${insert(3, '2025-10-03')}; COMMIT`);
    expect(await untrueLatest(moon)).toEqual([]);
  });
});
