// Two organizations in one database: neither reads, writes, changes, deletes or finds what is the other's, whoever asks; and what each
// of the three roles must not do.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type As, type AuthSite, admitMembers, createAuthSite } from '../support/auth-site.js';

const BCRYPT = `$2b$12$${'a'.repeat(53)}`;
const A = '11111111-1111-4111-8111-111111111111';
const B = '22222222-2222-4222-8222-222222222222';
const USER_A = 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa';
const USER_B = 'bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb';
/** Who is under row-level security: the application's role, who only reads, and the owner of the tables. */
const WRITERS: readonly string[] = ['app_login', 'moon'];
const READERS: readonly string[] = [...WRITERS, 'readonly_login'];
const SECURED = ['organizations', 'users', 'memberships', 'api_keys', 'user_favorites', 'audit_logs'];

let site: AuthSite;
beforeAll(async () => {
  // The newest server that is there: from version 16 on, membership in a role is another thing than before.
  site = await createAuthSite('embedded');
  // As some hand out; what the module's roles must not do they must not do there either.
  await site.admin('ALTER DEFAULT PRIVILEGES FOR ROLE moon GRANT ALL ON TABLES TO PUBLIC');
  const run = await site.migrate({ modules: ['auth'] });
  expect([run.view.message, run.exitCode]).toEqual([expect.stringContaining('copied and compared'), 0]);
  await admitMembers(site);
  await settle(A, USER_A, 'ann@a.example');
  await settle(B, USER_B, 'bob@b.example');
});
afterAll(() => site.remove());

/** One of everything for an organization, by the application's role alone. */
async function settle(organization: string, user: string, email: string): Promise<void> {
  const as = { organization };
  await site.as(as, `INSERT INTO organizations (id, name) VALUES ($1, $2)`, [organization, email]);
  await site.as(
    as,
    `INSERT INTO users (id, organization_id, email, password_hash) VALUES ($1, $2, $3, $4) RETURNING id`,
    [user, organization, email, BCRYPT],
  );
  await site.as(as, `INSERT INTO memberships (organization_id, user_id) VALUES ($1, $2)`, [
    organization,
    user,
  ]);
  await site.as(
    as,
    `INSERT INTO api_keys (organization_id, user_id, name, key_prefix, key_hash)
     VALUES ($1, $2, 'first', 'ttm_abcd', sha256(convert_to($3, 'UTF8')))`,
    [organization, user, email],
  );
  await site.as(as, `INSERT INTO user_favorites (organization_id, user_id, token_id) VALUES ($1, $2, 1)`, [
    organization,
    user,
  ]);
  await site.as(as, `SELECT audit('settled', new_values => '{"name": "x"}')`);
}

async function counted(as: As, table: string): Promise<number> {
  const [row] = await site.as(as, `SELECT count(*) AS n FROM ${table}`);
  return Number(row?.['n']);
}

/** Everything of both organizations, as the superuser sees it. */
async function everything(): Promise<unknown> {
  const all: unknown[] = [];
  for (const table of SECURED) all.push(await site.admin(`SELECT * FROM ${table} AS t ORDER BY t::text`));
  return all;
}

describe.each(READERS)('for %s', (user) => {
  test('each organization sees its own rows and no others', async () => {
    for (const table of SECURED) {
      expect([table, await counted({ user, organization: A }, table)]).toEqual([table, 1]);
      expect([table, await counted({ user, organization: B }, table)]).toEqual([table, 1]);
    }
    const names = await site.as({ user, organization: A }, 'SELECT name FROM organizations');
    expect(names).toEqual([{ name: 'ann@a.example' }]);
  });

  test.each(['', 'nonsense', `${A}x`, "' OR true --", '33333333-3333-4333-8333-333333333333', `{${A}}`])(
    'the organization %j is nobody, without an error',
    async (organization) => {
      for (const table of SECURED) expect(await counted({ user, organization }, table)).toBe(0);
    },
  );

  test('a partition of the audit log asked directly shows nothing', async () => {
    const [partition] = await site.admin(
      `SELECT inhrelid::regclass::text AS name FROM pg_inherits
       WHERE inhparent = 'audit_logs'::regclass AND to_char(now() AT TIME ZONE 'UTC', '"audit_logs_"YYYY_MM') = inhrelid::regclass::text`,
    );
    const count = counted({ user, organization: A }, partition?.['name'] ?? '');
    if (user === 'moon') expect(await count).toBe(0);
    else await expect(count).rejects.toThrow('permission denied');
  });
});

test('a session that has never heard of organizations sees nothing and gets no error', async () => {
  expect(await site.query('SELECT * FROM users')).toEqual([]);
  expect(await site.query('SELECT current_organization_id() AS id')).toEqual([{ id: null }]);
});

describe.each(WRITERS)('for %s in organization A', (user) => {
  const as = { user, organization: A, person: USER_A };

  test.each([
    `INSERT INTO organizations (id, name) VALUES ('33333333-3333-4333-8333-333333333333', 'x')`,
    `INSERT INTO users (organization_id, email) VALUES ('${B}', 'new@b.example')`,
    `INSERT INTO memberships (organization_id, user_id) VALUES ('${B}', '${USER_A}')`,
    // Drawing the other's account over would make it readable. An id that nobody has is refused in the same words.
    `INSERT INTO memberships (organization_id, user_id) VALUES ('${A}', '${USER_B}')`,
    `INSERT INTO memberships (organization_id, user_id) VALUES ('${A}', gen_random_uuid())`,
    `INSERT INTO api_keys (organization_id, user_id, name, key_prefix, key_hash) VALUES ('${B}', '${USER_B}', 'x', 'abcd', sha256('x'))`,
    `INSERT INTO user_favorites (organization_id, user_id, token_id) VALUES ('${B}', '${USER_B}', 2)`,
    // The row is there already: that it is must not be told.
    `INSERT INTO user_favorites (organization_id, user_id, token_id) VALUES ('${B}', '${USER_B}', 1)`,
    `INSERT INTO memberships (organization_id, user_id) VALUES ('${B}', '${USER_B}')`,
  ])('nothing is written for B: %s', async (sql) => {
    const before = await everything();
    await expect(site.as(as, sql)).rejects.toThrow(/row-level security policy for table "\w+"$/);
    expect(await everything()).toEqual(before);
  });

  test('a reference to an account of B is no reference, whether the account is there or not', async () => {
    for (const other of [USER_B, '44444444-4444-4444-8444-444444444444'])
      await expect(
        site.as(
          as,
          `INSERT INTO user_favorites (organization_id, user_id, token_id) VALUES ('${A}', $1, 1)`,
          [other],
        ),
      ).rejects.toThrow(/violates foreign key constraint "user_favorites_membership_fkey"$/);
  });

  test('no row of B is changed or deleted, and none of A is moved to B', async () => {
    const before = await everything();
    const changes = [
      `UPDATE organizations SET name = 'taken' WHERE id = '${B}' RETURNING id`,
      `UPDATE users SET role = 'admin' WHERE id = '${USER_B}' RETURNING id`,
      `UPDATE memberships SET role = 'owner' WHERE user_id = '${USER_B}' RETURNING user_id`,
      `UPDATE api_keys SET is_active = false WHERE organization_id = '${B}' RETURNING id`,
      `DELETE FROM users WHERE id = '${USER_B}' RETURNING id`,
      `DELETE FROM memberships WHERE organization_id = '${B}' RETURNING user_id`,
      `DELETE FROM api_keys WHERE organization_id = '${B}' RETURNING id`,
      `DELETE FROM user_favorites WHERE organization_id = '${B}' RETURNING user_id`,
    ];
    for (const sql of changes) expect([sql, await site.as(as, sql)]).toEqual([sql, []]);
    for (const table of ['users', 'memberships', 'api_keys', 'user_favorites'])
      await expect(site.as(as, `UPDATE ${table} SET organization_id = '${B}'`)).rejects.toThrow(
        user === 'moon' ? 'row-level security' : 'permission denied',
      );
    expect(await everything()).toEqual(before);
  });

  test('within A it reads and writes', async () => {
    expect(await site.as(as, `UPDATE users SET role = 'admin' RETURNING email`)).toEqual([
      { email: 'ann@a.example' },
    ]);
    await site.as(as, `UPDATE users SET role = 'user'`);
  });
});

test('a guest is a member where the person has joined, is seen there and changed only at home', async () => {
  const guest = { organization: B, person: USER_A };
  await site.as(guest, `INSERT INTO memberships (organization_id, user_id) VALUES ($1, $2)`, [B, USER_A]);
  const emails = await site.as({ organization: B }, 'SELECT email FROM users ORDER BY 1');
  expect(emails.map(({ email }) => email)).toEqual(['ann@a.example', 'bob@b.example']);
  const changed = await site.as({ organization: B }, `UPDATE users SET role = 'admin' RETURNING email`);
  expect(changed).toEqual([{ email: 'bob@b.example' }]);
  await site.as({ organization: B }, `UPDATE users SET role = 'user'`);
  await site.as({ organization: B }, `DELETE FROM memberships WHERE user_id = $1`, [USER_A]);
});

describe('an account', () => {
  const add = (email: string, hash: string | null = BCRYPT) =>
    site.as(
      { organization: A },
      `INSERT INTO users (organization_id, email, password_hash) VALUES ($1, $2, $3)`,
      [A, email, hash],
    );

  test('has an email of its own, in whatever case it is written', async () => {
    await expect(add('ANN@A.Example')).rejects.toThrow('users_email_key');
  });

  test.each(['', 'x', 'no-at.example', 'two words@a.example', 'a@b@c', `${'x'.repeat(250)}@a.example`])(
    'is not made for the email %j',
    async (email) => {
      await expect(add(email)).rejects.toThrow('ck_users_email');
    },
  );

  test.each([
    'hunter2',
    '',
    '$2b$12$short',
    '$argon2id$ my password',
    'scrypt:my password',
    '5f4dcc3b5aa765d61d8327deb882cf99',
    `${BCRYPT}\n`,
  ])('does not take %j for a hash of a password', async (hash) => {
    await expect(add('new@a.example', hash)).rejects.toThrow('ck_users_password_hash');
  });

  test.each([
    BCRYPT,
    '$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b4dWRWJTmaaJObG',
    '$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E',
    `scrypt:32768:8:1$saltsalt$${'0f'.repeat(64)}`,
    null,
  ])('takes %j', async (hash) => {
    await add('new@a.example', hash);
    await site.as({ organization: A }, `DELETE FROM users WHERE email = 'new@a.example'`);
  });
});

describe.each(WRITERS)('the application as %s', (user) => {
  test('reads and writes its own tables as before, without any organization', async () => {
    const [token] = await site.as(
      { user },
      `INSERT INTO tokens (mint_address, status, created_at) VALUES ('Mint${'1'.repeat(40)}', 'monitoring', now()) RETURNING id`,
    );
    await site.as(
      { user },
      `INSERT INTO token_scores (token_id, score, created_at) VALUES ($1, 0.5, now()), ($1, 0.6, now() + interval '1 year')`,
      [token?.['id']],
    );
    expect(
      await site.as({ user }, `SELECT score FROM latest_token_scores WHERE token_id = $1`, [token?.['id']]),
    ).toEqual([{ score: '0.6' }]);
    await site.as({ user }, `UPDATE app_settings SET value = value`);
    expect(await site.as({ user }, 'SELECT ensure_partitions(1) AS made')).toEqual([{ made: '0' }]);
    expect(await site.as({ user }, 'SELECT refresh_latest_scores() AS n')).toEqual([{ n: '0' }]);
    await site.as({ organization: A }, `INSERT INTO user_favorites SELECT $1, $2, $3`, [
      A,
      USER_A,
      token?.['id'],
    ]);
    await site.as({ user }, `DELETE FROM tokens WHERE id = $1`, [token?.['id']]);
    expect(await counted({ organization: A }, 'user_favorites')).toBe(1);
  });
});

describe('the role of the application', () => {
  test.each([
    ['CREATE TABLE mine (id int)', 'permission denied for schema public'],
    ['CREATE FUNCTION mine() RETURNS int RETURN 1', 'permission denied for schema public'],
    ['CREATE SCHEMA mine', 'permission denied for database'],
    ['CREATE ROLE mine', 'permission denied'],
    ['ALTER TABLE tokens ADD COLUMN mine int', 'must be owner of table tokens'],
    ['DROP TABLE users', 'must be owner of table users'],
    ['TRUNCATE token_scores', 'permission denied for table token_scores'],
    ['ALTER TABLE users DISABLE ROW LEVEL SECURITY', 'must be owner of table users'],
    ['ALTER TABLE audit_logs DISABLE TRIGGER ALL', 'must be owner of table audit_logs'],
    ['CREATE POLICY mine ON users USING (true)', 'must be owner of table users'],
    ['SET ROLE tothemoon_owner', 'permission denied to set role'],
    ['SELECT * FROM ttm_wizard.run', 'permission denied for schema ttm_wizard'],
    ['UPDATE alembic_version SET version_num = 1', 'permission denied for table alembic_version'],
    ['SELECT key_hash FROM api_keys', 'permission denied for table api_keys'],
    ['UPDATE api_keys SET window_calls = 0', 'permission denied for table api_keys'],
    [`INSERT INTO audit_logs (actor, action) VALUES ('me', 'x')`, 'permission denied for table audit_logs'],
    [`UPDATE audit_logs SET action = 'x'`, 'permission denied for table audit_logs'],
    ['DELETE FROM audit_logs', 'permission denied for table audit_logs'],
    ['DELETE FROM organizations', 'permission denied for table organizations'],
  ])('may not: %s', async (sql, message) => {
    await expect(site.as({ organization: A }, sql)).rejects.toThrow(message);
  });

  test('cannot switch row-level security off for itself', async () => {
    const sql = `SELECT set_config('row_security', 'off', true); SELECT count(*) FROM users`;
    await expect(site.as({ organization: A }, sql)).rejects.toThrow('affected by row-level security policy');
  });
});

describe('the role that only reads', () => {
  const as = { user: 'readonly_login', organization: A };

  test('reads all tables of the application', async () => {
    for (const table of ['tokens', 'token_scores', 'app_settings', 'latest_token_scores', 'alembic_version'])
      expect(await counted(as, table)).toBeGreaterThan(0);
    expect(await site.as(as, 'SELECT email, role FROM users')).toHaveLength(1);
  });

  test.each([
    ['SELECT password_hash FROM users', 'permission denied for table users'],
    ['SELECT * FROM users', 'permission denied for table users'],
    ['SELECT key_hash FROM api_keys', 'permission denied for table api_keys'],
    [`INSERT INTO app_settings VALUES ('a', 'b')`, 'permission denied for table app_settings'],
    [`UPDATE tokens SET name = 'x'`, 'permission denied for table tokens'],
    ['DELETE FROM token_scores', 'permission denied for table token_scores'],
    [`SELECT nextval('tokens_id_seq')`, 'permission denied for sequence tokens_id_seq'],
    [`UPDATE users SET role = 'admin'`, 'permission denied for table users'],
    ['DELETE FROM user_favorites', 'permission denied for table user_favorites'],
    [`SELECT audit('x')`, 'permission denied for function audit'],
    [`SELECT check_api_key('x')`, 'permission denied for function check_api_key'],
    [`SELECT account_for_login('ann@a.example')`, 'permission denied for function account_for_login'],
    ['SELECT ensure_audit_partitions(1)', 'permission denied for function ensure_audit_partitions'],
    ['CREATE TABLE mine (id int)', 'permission denied for schema public'],
  ])('may not: %s', async (sql, message) => {
    await expect(site.as(as, sql)).rejects.toThrow(message);
  });
});

describe('the role that owns', () => {
  test.each([
    ['CREATE ROLE mine', 'permission denied to create role'],
    ['CREATE DATABASE mine', /permission denied|cannot run inside a transaction block/],
    ['DROP TABLE tokens', 'must be owner of table tokens'],
    ['ALTER TABLE token_scores ADD COLUMN mine int', 'must be owner of table token_scores'],
    [`UPDATE audit_logs SET action = 'x'`, 'UPDATE on audit_logs is refused: the audit log is append-only'],
    ['SELECT * FROM ttm_wizard.run', 'permission denied for schema ttm_wizard'],
  ])('may not: %s', async (sql, message) => {
    await expect(site.as({ user: 'owner_login' }, sql)).rejects.toThrow(message);
  });

  test('is under row-level security itself', async () => {
    const sql = (organization: string) =>
      site.as({ user: 'owner_login', organization }, 'SELECT count(*) AS n FROM users');
    expect([await sql(A), await sql('')]).toEqual([[{ n: '1' }], [{ n: '0' }]]);
  });
});

test('everybody else has nothing on any table or function, not on a month that comes later either', async () => {
  expect(await site.as({}, 'SELECT ensure_partitions(5) AS made')).toEqual([{ made: '2' }]);
  const rights = await site.admin(`
    SELECT c.oid::regclass::text AS name, acl.privilege_type AS may
    FROM pg_class AS c, aclexplode(c.relacl) AS acl
    WHERE c.relnamespace = 'public'::regnamespace AND acl.grantee = 0
    UNION ALL
    SELECT p.oid::regprocedure::text, acl.privilege_type
    FROM pg_proc AS p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS acl
    WHERE p.pronamespace = 'public'::regnamespace AND acl.grantee = 0`);
  expect(rights).toEqual([]);
  await site.admin('REVOKE tothemoon_readonly FROM readonly_login');
  for (const table of [...SECURED, 'tokens', 'token_scores'])
    await expect(counted({ user: 'readonly_login', organization: A }, table)).rejects.toThrow(
      'permission denied',
    );
  await site.admin('GRANT tothemoon_readonly TO readonly_login');
});
