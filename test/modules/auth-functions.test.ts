// check_api_key and account_for_login before any organization is known, and the audit log that nobody changes.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AuthSite, admitMembers, createAuthSite } from '../support/auth-site.js';
import { connectAsText } from '../support/migrate.js';

const A = '11111111-1111-4111-8111-111111111111';
const USER = 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa';
const HASH = `$2b$12$${'a'.repeat(53)}`;
const as = { organization: A };

let site: AuthSite;
beforeAll(async () => {
  site = await createAuthSite();
  await site.migrate({ modules: ['auth'] });
  await admitMembers(site);
  await site.as(as, `INSERT INTO organizations (id, name) VALUES ('${A}', 'A')`);
  await site.as(
    as,
    `INSERT INTO users (id, organization_id, email, password_hash) VALUES ('${USER}', '${A}', 'Ann@a.example', '${HASH}')`,
  );
  await site.as(as, `INSERT INTO memberships (organization_id, user_id) VALUES ('${A}', '${USER}')`);
});
afterAll(() => site.remove());

/** Makes a key as the application does. */
async function makeKey(key: string, change: Record<string, string> = {}): Promise<void> {
  const columns = {
    organization_id: A,
    user_id: USER,
    name: key.slice(0, 20),
    key_prefix: key.slice(0, 8),
    ...change,
  };
  const names = Object.keys(columns);
  await site.as(
    as,
    `INSERT INTO api_keys (${names.join(', ')}, key_hash)
     VALUES (${names.map((_, i) => `$${i + 2}`).join(', ')}, sha256(convert_to($1, 'UTF8')))`,
    [key, ...Object.values(columns)],
  );
}

async function check(key: string | null): Promise<Record<string, string | null> | undefined> {
  const [row] = await site.as({}, 'SELECT * FROM check_api_key($1)', [key]);
  return row;
}

function urlOf(user: string): string {
  return Object.assign(new URL(site.target), { username: user }).href;
}

const nobody = (verdict: string) => ({ verdict, organization_id: null, user_id: null, api_key_id: null });

describe('check_api_key', () => {
  test('tells whose key it is without a tenant, and notes that it was used', async () => {
    await makeKey('ttm_good_1');
    const [before] = await site.admin(`SELECT last_used_at, id FROM api_keys WHERE name = 'ttm_good_1'`);
    expect(before?.['last_used_at']).toBeNull();
    expect(await check('ttm_good_1')).toEqual({
      verdict: 'ok',
      organization_id: A,
      user_id: USER,
      api_key_id: before?.['id'],
    });
    const [after] = await site.admin(
      `SELECT (now() - last_used_at < interval '1 minute')::text AS just, window_calls FROM api_keys WHERE name = 'ttm_good_1'`,
    );
    expect(after).toEqual({ just: 'true', window_calls: '1' });
  });

  test.each([
    null,
    '',
    ' ',
    'ttm_unknown',
    'TTM_GOOD_1',
    'ttm_good_1 ',
    'x'.repeat(1 << 20),
    '\u{1f511}'.repeat(51),
  ])('refuses quietly what is no key (case %#)', async (key) => {
    expect(await check(key)).toEqual(nobody('unknown'));
  });

  test('refuses a key that is switched off, that has expired, or whose account is switched off', async () => {
    await makeKey('ttm_off_1', { is_active: 'false' });
    await makeKey('ttm_old_1', { expires_at: '2025-01-01' });
    await makeKey('ttm_new_1', { expires_at: '2999-01-01' });
    expect(await check('ttm_off_1')).toEqual(nobody('inactive'));
    expect(await check('ttm_old_1')).toEqual(nobody('expired'));
    expect(await check('ttm_new_1')).toMatchObject({ verdict: 'ok' });
    await site.as(as, `UPDATE users SET is_active = false`);
    expect(await check('ttm_new_1')).toEqual(nobody('inactive'));
    await site.as(as, `UPDATE users SET is_active = true`);
    const [unused] = await site.admin(
      `SELECT count(last_used_at) AS used FROM api_keys WHERE name IN ('ttm_off_1', 'ttm_old_1')`,
    );
    expect(unused).toEqual({ used: '0' });
  });

  test('of 50 calls at the same time with a limit of 20, exactly 20 pass', async () => {
    await makeKey('ttm_limited', { rate_limit: '20' });
    const clients = await Promise.all(Array.from({ length: 50 }, () => connectAsText(urlOf('app_login'))));
    const verdicts = await Promise.all(
      clients.map(async (client) => {
        const { rows } = await client.query<{ verdict: string }>(
          `SELECT verdict FROM check_api_key('ttm_limited')`,
        );
        return rows[0]?.verdict;
      }),
    );
    for (const client of clients) await client.end();
    expect(verdicts.filter((verdict) => verdict === 'ok')).toHaveLength(20);
    expect(verdicts.filter((verdict) => verdict === 'over limit')).toHaveLength(30);
  });

  test('counts anew when the minute is over', async () => {
    expect(await check('ttm_limited')).toEqual(nobody('over limit'));
    await site.admin(
      `UPDATE api_keys SET window_started_at = window_started_at - interval '61 seconds' WHERE name = 'ttm_limited'`,
    );
    expect(await check('ttm_limited')).toMatchObject({ verdict: 'ok' });
    const [row] = await site.admin(`SELECT window_calls FROM api_keys WHERE name = 'ttm_limited'`);
    expect(row).toEqual({ window_calls: '1' });
  });

  test('counts what it is asked before BEGIN, and what is rolled back as never asked, as its comment says', async () => {
    await makeKey('ttm_rolled_back', { rate_limit: '2' });
    const client = await connectAsText(urlOf('app_login'));
    const ask = `SELECT verdict FROM check_api_key('ttm_rolled_back')`;
    for (const sql of [ask, 'BEGIN', ask, 'ROLLBACK']) await client.query(sql);
    await client.end();
    const [row] = await site.admin(
      `SELECT window_calls, obj_description('check_api_key(text)'::regprocedure) AS told FROM api_keys WHERE name = 'ttm_rolled_back'`,
    );
    expect(row).toEqual({
      window_calls: '1',
      told: expect.stringContaining('in a transaction of its own') as string,
    });
  });

  test('leaves the tenant of the session as it was, and no way to the key behind it', async () => {
    const other = '22222222-2222-4222-8222-222222222222';
    const sql = `SELECT verdict, current_organization_id() AS tenant, current_setting('app.api_key_hash', true) AS hash,
                        (SELECT count(*) FROM api_keys) AS seen FROM check_api_key('ttm_good_1')`;
    expect(await site.as({ organization: other, user: 'moon' }, sql)).toEqual([
      { verdict: 'ok', tenant: other, hash: '', seen: '0' },
    ]);
  });

  test('runs with the rights of the role that owns, found by nobody’s search_path', async () => {
    const rows = await site.admin(
      `SELECT p.oid::regprocedure::text AS name, pg_get_userbyid(proowner) AS owner, array_to_string(proconfig, '; ') AS config
       FROM pg_proc AS p WHERE prosecdef AND pronamespace = 'public'::regnamespace AND proname <> ALL (ARRAY['ensure_partitions', 'keep_latest_token_score', 'refresh_latest_scores'])`,
    );
    expect(rows.length).toBeGreaterThan(3);
    for (const { owner, config } of rows) {
      expect(owner).toBe('tothemoon_owner');
      expect(config).toContain('search_path=public, pg_temp');
    }
  });

  test('stores nothing that would do as a key', async () => {
    await makeKey('ttm_the_rest_is_secret', { name: 'secrecy', key_prefix: 'ttm_the_' });
    const [row] = await site.admin(`SELECT k::text AS all FROM api_keys AS k WHERE name = 'secrecy'`);
    expect(row?.['all']).toMatch(/ttm_the_/);
    expect(row?.['all']).not.toContain('rest_is_secret');
    await expect(makeKey('ttm', {})).rejects.toThrow('ck_api_keys_key_prefix');
    await expect(makeKey('ttm_long', { key_prefix: 'x'.repeat(13) })).rejects.toThrow(
      'ck_api_keys_key_prefix',
    );
    await expect(
      site.as(
        as,
        `INSERT INTO api_keys (organization_id, user_id, name, key_prefix, key_hash) VALUES ('${A}', '${USER}', 'x', 'abcd', 'the key itself')`,
      ),
    ).rejects.toThrow('ck_api_keys_key_hash');
    await expect(makeKey('ttm_good_1')).rejects.toThrow('api_keys_key_hash_key');
  });
});

test('what the README says to type does what it says', async () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const section = readme.slice(readme.indexOf('## Optional modules'), readme.indexOf('## Exit codes'));
  const [session = '', key = ''] = [...section.matchAll(/```sql\n([^`]+)```/g)].map(([, sql]) => sql ?? '');
  const secret = `ttm_${randomBytes(32).toString('hex')}`;
  await site.as(as, key, [A, USER, secret]);
  expect(await check(secret)).toMatchObject({ verdict: 'ok', user_id: USER });
  const client = await connectAsText(urlOf('app_login'));
  await client.query(session.replace("'6f1c…'", `'${A}'`).replace("'0b52…'", `'${USER}'`));
  await client.end();
  expect(await site.as(as, `SELECT actor, new_values FROM audit_logs WHERE action = 'user.invited'`)).toEqual(
    [{ actor: USER, new_values: '{"email": "ann@example.org"}' }],
  );
});

describe('account_for_login', () => {
  test('finds the one account, in whatever case the email is typed, and nothing else', async () => {
    const rows = await site.as({}, `SELECT * FROM account_for_login('ANN@A.EXAMPLE')`);
    expect(rows).toEqual([{ user_id: USER, organization_id: A, password_hash: HASH }]);
    for (const email of [null, '', 'bob@a.example', '%', 'x'.repeat(1 << 20)])
      expect(await site.as({}, `SELECT * FROM account_for_login($1)`, [email])).toEqual([]);
    expect(
      await site.as(
        {},
        `SELECT (SELECT count(*) FROM users) AS seen FROM account_for_login('ann@a.example')`,
      ),
    ).toEqual([{ seen: '0' }]);
  });

  test.each(['app_login', 'owner_login'])(
    'and %s find accounts by indexes, however many organizations there are',
    async (user) => {
      const client = await connectAsText(urlOf(user));
      await client.query('BEGIN; SET LOCAL enable_seqscan = off');
      for (const sql of ['SELECT * FROM users', `SELECT FROM users WHERE lower(email) = 'ann@a.example'`]) {
        const { rows } = await client.query<Record<string, string>>(`EXPLAIN ${sql}`);
        const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
        expect(plan).toContain('idx_users_organization');
        expect(plan).not.toContain('Seq Scan');
      }
      await client.end();
    },
  );

  test('finds nobody who is switched off', async () => {
    await site.as(as, `UPDATE users SET is_active = false`);
    expect(await site.as({}, `SELECT * FROM account_for_login('ann@a.example')`)).toEqual([]);
    await site.as(as, `UPDATE users SET is_active = true`);
  });
});

describe('audit', () => {
  test('notes who did what from where, with the values before and after, and leaves hashes out', async () => {
    const old = JSON.stringify({ role: 'user', password_hash: HASH });
    const [entry] = await site.as(
      { ...as, person: USER },
      `SELECT audit('user.role', address => '2001:db8::1', old_values => $1, new_values => '{"role": "admin"}') AS id`,
      [old],
    );
    const [row] = await site.as(as, 'SELECT * FROM audit_logs WHERE id = $1', [entry?.['id']]);
    expect(row).toMatchObject({
      organization_id: A,
      actor: USER,
      action: 'user.role',
      address: '2001:db8::1',
      old_values: '{"role": "user"}',
      new_values: '{"role": "admin"}',
    });
  });

  test('leaves hashes out however deep they stand, in lists and within what is left, and changes nothing else', async () => {
    const kept = { a: [], b: {}, c: [null, 'password_hash', [1.5, true]], hash: 'x' };
    const secret = {
      key_hash: HASH,
      password_hash: { any: [HASH] },
      Hashed_Password: HASH,
      password: 'x',
      api_key: 'y',
    };
    const old = {
      ...kept,
      ...secret,
      users: [{ id: 1, ...secret }, [{ deeper: { ...kept, ...secret } }], 'x'],
    };
    const sql = `SELECT audit('deep', old_values => $1, new_values => $2) AS id`;
    const [entry] = await site.as(as, sql, [JSON.stringify(old), JSON.stringify({ key: secret })]);
    const [row] = await site.as(as, 'SELECT old_values, new_values FROM audit_logs WHERE id = $1', [
      entry?.['id'],
    ]);
    const left: unknown = JSON.parse(row?.['old_values'] ?? '');
    expect(left).toEqual({ ...kept, users: [{ id: 1 }, [{ deeper: kept }], 'x'] });
    expect(row?.['new_values']).toBe('{"key": {}}');
  });

  test('names the user of the database and the address of the connection when it is told nothing', async () => {
    const [entry] = await site.as({}, `SELECT audit('started') AS id`);
    const [row] = await site.admin('SELECT actor, address, organization_id FROM audit_logs WHERE id = $1', [
      entry?.['id'],
    ]);
    expect(row).toEqual({ actor: 'app_login', address: '127.0.0.1', organization_id: null });
  });

  test('takes neither an empty action nor values that are no object', async () => {
    for (const call of [`audit('')`, `audit(NULL)`, `audit('x', new_values => '3')`])
      await expect(site.as(as, `SELECT ${call}`)).rejects.toThrow(/violates (check|not-null) constraint/);
  });

  describe.each(['moon', 'owner_login', 'the superuser'])('for %s', (user) => {
    const ask = (sql: string) => (user === 'the superuser' ? site.admin(sql) : site.as({ ...as, user }, sql));

    test('nothing of it is changed, on no partition, not even where there is no row', async () => {
      // What comes later counts too.
      await ask('SELECT ensure_audit_partitions(5)');
      const parts = await site.admin(
        `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'audit_logs'::regclass`,
      );
      expect(parts).toHaveLength(7);
      const before = await site.admin('SELECT * FROM audit_logs AS a ORDER BY a::text');
      for (const table of ['audit_logs', ...parts.map(({ name }) => name ?? '')]) {
        for (const sql of [
          `UPDATE ${table} SET action = 'x'`,
          `DELETE FROM ${table} WHERE false`,
          `TRUNCATE ${table}`,
          `INSERT INTO ${table} SELECT * FROM audit_logs ON CONFLICT (id, created_at) DO UPDATE SET action = 'x'`,
        ])
          await expect(ask(sql), `${user}: ${sql}`).rejects.toThrow(
            'is refused: the audit log is append-only',
          );
      }
      expect(await site.admin('SELECT * FROM audit_logs AS a ORDER BY a::text')).toEqual(before);
    });
  });
});

describe('ensure_audit_partitions', () => {
  test('makes what is missing once, whoever calls at the same time, and says how many', async () => {
    const [first] = await site.as({}, 'SELECT ensure_audit_partitions(6) AS made');
    expect(first).toEqual({ made: '1' });
    const clients = await Promise.all(Array.from({ length: 4 }, () => connectAsText(urlOf('app_login'))));
    const made = await Promise.all(
      clients.map((client: pg.Client) =>
        client.query<{ made: string }>('SELECT ensure_audit_partitions(8) AS made'),
      ),
    );
    for (const client of clients) await client.end();
    expect(made.map(({ rows }) => Number(rows[0]?.made)).sort()).toEqual([0, 0, 0, 2]);
  });

  test('leaves a month where its rows are, with what protects them, and takes no nonsense', async () => {
    await site.admin(
      `INSERT INTO audit_logs (created_at, actor, action) VALUES (date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' + interval '10 months', 'x', 'early')`,
    );
    const [made] = await site.as({}, 'SELECT ensure_audit_partitions(10) AS made');
    expect(made).toEqual({ made: '1' });
    const [row] = await site.admin(
      `SELECT tableoid::regclass::text AS place FROM audit_logs WHERE action = 'early'`,
    );
    expect(row).toEqual({ place: 'audit_logs_default' });
    for (const months of ['-1', '121', 'NULL'])
      await expect(site.as({}, `SELECT ensure_audit_partitions(${months})`)).rejects.toThrow('from 0 to 120');
  });

  test('says where a month goes whose table was detached and kept, and uses it again when it is back', async () => {
    const [{ name = '', bounds = '' } = {}] = await site.admin(
      `SELECT inhrelid::regclass::text AS name, pg_get_expr(relpartbound, inhrelid) AS bounds FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
       WHERE inhparent = 'audit_logs'::regclass AND pg_get_expr(relpartbound, inhrelid) <> 'DEFAULT' ORDER BY 1 LIMIT 1`,
    );
    const client = await connectAsText(urlOf('app_login'));
    const told: (string | undefined)[] = [];
    client.on('notice', ({ message }) => told.push(message));
    const made: unknown[] = [];
    for (const change of [
      `DETACH PARTITION ${name ?? ''}`,
      `ATTACH PARTITION ${name ?? ''} ${bounds ?? ''}`,
    ]) {
      await site.admin(`ALTER TABLE audit_logs ${change}`);
      made.push((await client.query('SELECT ensure_audit_partitions(0) AS made')).rows[0]);
    }
    await client.end();
    expect(made).toEqual([{ made: '0' }, { made: '0' }]);
    expect(told).toEqual([
      `${(name ?? '').slice('audit_logs_'.length).replace('_', '-')} goes to audit_logs_default: the table of its name is no partition`,
    ]);
  });

  test('protects a partition that was attached by hand', async () => {
    await site.as(
      { user: 'moon' },
      `CREATE TABLE audit_logs_old (LIKE audit_logs INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
       ALTER TABLE audit_logs_old OWNER TO tothemoon_owner;
       ALTER TABLE audit_logs ATTACH PARTITION audit_logs_old FOR VALUES FROM ('2020-01-01') TO ('2020-02-01')`,
    );
    await site.as({}, 'SELECT ensure_audit_partitions(0)');
    await expect(site.admin('TRUNCATE audit_logs_old')).rejects.toThrow('append-only');
    const [row] = await site.admin(
      `SELECT relforcerowsecurity::text AS f FROM pg_class WHERE relname = 'audit_logs_old'`,
    );
    expect(row).toEqual({ f: 'true' });
  });
});
