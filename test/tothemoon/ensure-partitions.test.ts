// ensure_partitions() where others have been at work: triggers in other modes, constraints, months that were taken out or put in by hand,
// and sessions in its way.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type MoonDatabase, createMoonDatabase } from '../support/tothemoon-database.js';
import { untrueLatest } from '../support/untrue-latest.js';

let moon: MoonDatabase;

beforeAll(async () => {
  moon = await createMoonDatabase();
  await moon.client.query(
    `INSERT INTO tokens (id, mint_address, status, created_at) SELECT i, 'mint ' || i, 'active', now() FROM generate_series(1, 3) AS i`,
  );
});
afterAll(() => moon.remove());

// Three months are there; each test begins and ends with those, and with rows of a fourth in the default partition.
beforeEach(async () => {
  await moon.client.query('TRUNCATE token_scores');
  await moon.client.query(
    `INSERT INTO token_scores (token_id, metrics, created_at) VALUES ${row(1)}, ${row(2)}`,
  );
  return async () => {
    await moon.client.query(`DROP TABLE IF EXISTS ${name(4)}`);
  };
});

const month = (ahead: number): string => {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead)).toISOString().slice(0, 7);
};
const name = (ahead: number): string => `token_scores_${month(ahead).replace('-', '_')}`;
const bounds = (ahead: number): string =>
  `FROM ('${month(ahead)}-01 00:00:00+00') TO ('${month(ahead + 1)}-01 00:00:00+00')`;
const row = (token: number): string => `(${token}, '{"L_tot": ${token}}', '${month(4)}-02 00:00:00+00')`;

async function ensure(): Promise<unknown> {
  return (await moon.rows('SELECT ensure_partitions(4) AS made'))[0]?.['made'];
}

async function places(): Promise<unknown[]> {
  return moon.rows('SELECT tableoid::regclass AS place, count(*) AS rows FROM token_scores GROUP BY 1');
}

async function triggersOf(table: string): Promise<(string | null | undefined)[]> {
  const rows = await moon.rows(
    `SELECT concat_ws(' ', tgname, tgenabled) AS one FROM pg_trigger WHERE tgrelid = $1::regclass AND NOT tgisinternal ORDER BY tgname COLLATE "C"`,
    [table],
  );
  return rows.map(({ one }) => one);
}

const TRIGGERS = ['delete', 'insert', 'truncate', 'update'].map((event) => `token_scores_latest_${event} O`);

describe('ensure_partitions()', () => {
  it('gives a new month the triggers of the table', async () => {
    expect(await ensure()).toBe('1');
    expect(await triggersOf(name(4))).toEqual(TRIGGERS);
    await moon.client.query(`DELETE FROM ${name(4)} WHERE token_id = 1`);
    expect(await untrueLatest(moon)).toEqual([]);
  });

  it.each([
    ['ENABLE ALWAYS', 'A'],
    ['ENABLE REPLICA', 'R'],
    ['DISABLE', 'D'],
    ['ENABLE', 'O'],
  ])('leaves triggers as they were after %s TRIGGER, and what they keep untouched', async (how, mode) => {
    const versions = () => moon.rows('SELECT token_id, xmin FROM latest_token_scores ORDER BY 1');
    const before = await versions();
    await moon.client.query(`ALTER TABLE token_scores_default ${how} TRIGGER token_scores_latest_delete`);
    expect(await ensure()).toBe('1');
    expect(await triggersOf('token_scores_default')).toEqual([
      `token_scores_latest_delete ${mode}`,
      ...TRIGGERS.slice(1),
    ]);
    expect(await versions()).toEqual(before);
    await moon.client.query('ALTER TABLE token_scores_default ENABLE TRIGGER token_scores_latest_delete');
  });

  it('goes on after a CHECK was added by hand, and the new month has it', async () => {
    await moon.client.query('ALTER TABLE token_scores ADD CONSTRAINT by_hand CHECK (score < 1000)');
    expect(await ensure()).toBe('1');
    const bad = `INSERT INTO token_scores (token_id, score, created_at) VALUES (1, 1000, '${month(4)}-03')`;
    await expect(moon.client.query(bad)).rejects.toMatchObject({ constraint: 'by_hand', table: name(4) });
    await moon.client.query('ALTER TABLE token_scores DROP CONSTRAINT by_hand');
  });

  it('says what to do with a month that was detached and kept, and goes on when it is attached again', async () => {
    expect(await ensure()).toBe('1');
    await moon.client.query(`ALTER TABLE token_scores DETACH PARTITION ${name(4)}`);
    const refused = await ensure().catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: '42P07',
      message: `${name(4)} is there already, and is not the partition of its month; nothing has been made`,
    });
    const hint = refused instanceof Error && 'hint' in refused ? String(refused.hint) : '';
    await moon.client.query(/ALTER TABLE token_scores ATTACH [^;]*;/.exec(hint)?.[0] ?? hint);
    expect(await moon.rows('SELECT refresh_latest_scores()')).toHaveLength(1);
    expect(await ensure()).toBe('0');
    expect(await places()).toEqual([{ place: name(4), rows: '2' }]);
    expect(await untrueLatest(moon)).toEqual([]);
  });

  it('gives its triggers to a month that was attached by hand, with columns in another order', async () => {
    await moon.client.query(
      `DELETE FROM token_scores; CREATE TABLE ${name(4)} (gone int, LIKE token_scores INCLUDING DEFAULTS INCLUDING GENERATED)`,
    );
    await moon.client.query(
      `ALTER TABLE ${name(4)} DROP COLUMN gone, DROP COLUMN score, ADD COLUMN score numeric`,
    );
    await moon.client.query(`ALTER TABLE token_scores ATTACH PARTITION ${name(4)} FOR VALUES ${bounds(4)}`);
    expect(await ensure()).toBe('0');
    expect(await triggersOf(name(4))).toEqual(TRIGGERS);
    for (const table of ['token_scores', name(4)]) {
      await moon.client.query(
        `INSERT INTO ${table} (token_id, metrics, created_at, score) VALUES ${row(3).replace(')', ', 0.25)')}`,
      );
      await moon.client.query(`UPDATE ${table} SET score = 0.5 WHERE token_id = 3`);
      expect(await untrueLatest(moon)).toEqual([]);
      await moon.client.query(`DELETE FROM ${table}`);
      expect(await untrueLatest(moon)).toEqual([]);
    }
  });

  it('names whoever keeps it from its work, and changes nothing', async () => {
    const [definition] = await moon.rows(
      `SELECT pg_get_functiondef('ensure_partitions(integer)'::regprocedure) AS sql`,
    );
    const source = definition?.['sql'] ?? '';
    // Two attempts instead of the forty seconds.
    const impatient = source.replace('attempts constant integer := 100', 'attempts constant integer := 2');
    expect(impatient).not.toBe(source);
    await moon.client.query(impatient);
    const reader = await moon.connect();
    await reader.query(`SET application_name = 'a report'; BEGIN; SELECT count(*) FROM token_scores`);
    const [{ pid } = {}] = (await reader.query<Record<string, string>>('SELECT pg_backend_pid() AS pid'))
      .rows;
    await expect(ensure()).rejects.toMatchObject({
      code: '55P03',
      message: expect.stringMatching(
        new RegExp(
          `^token_scores is in use, and nothing has been made: session ${pid ?? '-'} of \\w+ a report idle in transaction since `,
        ),
      ) as unknown,
      hint: expect.stringContaining('pg_terminate_backend') as unknown,
    });
    await reader.query('COMMIT');
    expect(await places()).toEqual([{ place: 'token_scores_default', rows: '2' }]);
    expect(await ensure()).toBe('1');
    await moon.client.query(source);
  });
});
