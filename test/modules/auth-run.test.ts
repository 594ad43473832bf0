// The module auth as a part of a run: asked for, checked, made, compared, dumped, restored and taken back, on PostgreSQL as installed.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rollBack } from '../../src/run/roll-back.js';
import { findPgDump } from '../../src/tools/pg-dump.js';
import { STEPS } from '../../steps/index.js';
import { type AuthSite, createAuthSite } from '../support/auth-site.js';
import { type Migration, type Site, findingsOf, newestRun, notices, objectsIn } from '../support/migrate.js';

const ROLES = ['tothemoon_app', 'tothemoon_owner', 'tothemoon_readonly'];
let site: AuthSite;
beforeAll(async () => {
  site = await createAuthSite();
});
afterAll(() => site.remove());

async function rolesThere(): Promise<string[]> {
  const rows = await site.admin(
    `SELECT rolname AS name FROM pg_roles WHERE rolname LIKE 'tothemoon%' ORDER BY 1`,
  );
  return rows.map(({ name }) => name ?? '');
}

function takeBack(of: Site): Promise<number> {
  const io = {
    sinks: [],
    stop: new AbortController().signal,
    abort: new AbortController().signal,
    secrets: [],
  };
  const cutover = { envFiles: [], services: [], capture: 'none' } as const;
  const query = { backupDir: of.backupDir, target: of.target, jobs: 1, cutover, discardTargetWrites: false };
  return rollBack(query, STEPS, io);
}

/** Messages and remedies of what keeps the run from starting. */
function errorsOf(run: Migration): string[] {
  return findingsOf(run, 'preflight')
    .filter(({ severity }) => severity === 'error')
    .flatMap(({ message, remedies }) => [message, ...remedies]);
}

test('a user who may not create roles is told so before anything is written, with the line to type', async () => {
  const before = await objectsIn(site);
  await site.admin('ALTER ROLE moon NOCREATEROLE');
  const run = await site.migrate({ modules: ['auth'] });
  await site.admin('ALTER ROLE moon CREATEROLE');
  expect(run.exitCode).toBe(3);
  expect(errorsOf(run)).toEqual([
    '"moon" may not create roles, and tothemoon_owner, tothemoon_app, tothemoon_readonly are not there',
    'ALTER ROLE "moon" CREATEROLE;',
    'or, as a superuser: CREATE ROLE "tothemoon_owner" NOLOGIN; CREATE ROLE "tothemoon_app" NOLOGIN; CREATE ROLE "tothemoon_readonly" NOLOGIN; GRANT "tothemoon_owner" TO "moon";',
    'without --with auth there is no need for roles',
  ]);
  expect(await objectsIn(site)).toEqual(before);
  expect(await rolesThere()).toEqual([]);
});

test('a dry run shows the roles and every statement, and makes none of it', async () => {
  const run = await site.migrate({ modules: ['auth'], dryRun: true });
  expect(run.exitCode).toBe(0);
  const statements = run.events.filter((event) => event.type === 'plan.statement');
  expect(statements.map(({ title }) => title)).toEqual(
    expect.arrayContaining([
      'roles tothemoon_owner, tothemoon_app, tothemoon_readonly',
      'API keys',
      'row-level security by organization',
      'roles and favorites on its own tables',
    ]),
  );
  expect(statements.map(({ sql }) => sql).join()).toContain('CREATE TABLE api_keys');
  expect(await rolesThere()).toEqual([]);
});

test('a target that has a table of that name, or a function, is refused', async () => {
  await site.admin('CREATE TABLE users (id int); CREATE FUNCTION check_api_key(text) RETURNS int RETURN 1');
  const run = await site.migrate({ modules: ['auth'] });
  const plain = await site.migrate({ dryRun: true });
  await site.admin('DROP TABLE users; DROP FUNCTION check_api_key(text)');
  expect(run.exitCode).toBe(3);
  expect(errorsOf(run).join()).toContain('the target already has users, check_api_key(text)');
  expect(plain.exitCode).toBe(0);
});

describe('a run with it', () => {
  let pristine: string[];
  let run: Migration;
  beforeAll(async () => {
    pristine = await objectsIn(site);
    run = await site.migrate({ modules: ['auth'] });
  });

  test('ends verified, makes three roles that nobody logs in as, and says in every output what it made', async () => {
    expect([run.view.message, run.exitCode]).toEqual([expect.stringContaining('copied and compared'), 0]);
    expect(run.view.plan).toBe('To The Moon, with auth');
    expect(run.view.findings.filter(({ code }) => code === 'module').map(({ message }) => message)).toEqual([
      'module auth: organizations, users, API keys, an audit log, and the roles tothemoon_owner, tothemoon_app, tothemoon_readonly',
    ]);
    expect(run.view.steps.find(({ name }) => name === 'schema')?.summary).toContain('what auth needs');
    const report = readFileSync(join(run.folder, 'report.txt'), 'utf8');
    expect(report).toContain('To The Moon, with auth');
    for (const index of ['users_email_key', 'idx_audit_logs_organization', 'latest_token_scores_pkey'])
      expect(report).toContain(index);
    const attributes = await site.admin(
      `SELECT rolname AS name, (rolcanlogin OR rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb)::text AS may FROM pg_roles
       WHERE rolname LIKE 'tothemoon%' ORDER BY 1`,
    );
    expect(attributes).toEqual(ROLES.map((name) => ({ name, may: 'false' })));
  });

  test('is found complete by the same command without --with, and refused with another choice', async () => {
    expect((await site.migrate()).exitCode).toBe(0);
    await expect(site.migrate({ modules: ['auth', 'metrics-index'] })).rejects.toMatchObject({
      code: 'OTHER_OPTIONS',
      message: expect.stringContaining('was begun with auth, not with auth and metrics-index') as string,
    });
  });

  test('leaves a dump that restores into an empty database, with owners, rights and policies, and names what it lacks', async () => {
    const organization = '11111111-1111-4111-8111-111111111111';
    await site.as({ user: 'moon', organization }, `INSERT INTO organizations (id, name) VALUES ($1, 'A')`, [
      organization,
    ]);
    const dumped = await site.migrate({ dump: true });
    expect([dumped.exitCode, notices(dumped)]).toEqual([
      0,
      [
        "rows of organizations are not in the dump: row-level security hides them from this user; a superuser's pg_dump has them",
      ],
    ]);
    const other = await site.another();
    const tools = await findPgDump(undefined);
    // By the user of the run, who is no superuser, after what the README says.
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    await other.query(/`(GRANT USAGE, CREATE ON SCHEMA [^`]*)`/.exec(readme)?.[1] ?? '');
    const restore = await execa(
      tools?.pgRestore ?? 'pg_restore',
      ['--exit-on-error', `--dbname=${other.target}`, join(run.folder, 'target.dump')],
      { reject: false },
    );
    expect([restore.exitCode, restore.stderr]).toEqual([0, '']);
    for (const sql of [WHO_MAY, POLICIES, TRIGGERS]) {
      const made = await site.query(sql);
      expect(made.length).toBeGreaterThan(5);
      expect(await other.query(sql)).toEqual(made);
    }
    const [works] = await other.query(
      `SELECT ensure_partitions(4) AS months, ensure_audit_partitions(4) AS audit_months, refresh_latest_scores() AS untrue`,
    );
    expect(works).toEqual({ months: '1', audit_months: '1', untrue: '0' });
    await other.remove();
  });

  test('is taken back without a trace in the target, roles and audit log included; its rows are kept in a file', async () => {
    await site.as({ user: 'moon' }, `SELECT audit('test.done')`);
    expect(await takeBack(site)).toBe(0);
    const kept = join(run.folder, 'module-rows.ndjson');
    expect(readFileSync(join(run.folder, 'events.ndjson'), 'utf8')).toContain(
      `1 row of organizations, 1 row of audit_logs, for which the source has no place, are kept in ${kept}`,
    );
    expect(statSync(kept).mode & 0o777).toBe(0o600);
    const lines = readFileSync(kept, 'utf8').trim().split('\n');
    expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
      { table: 'organizations', row: { name: 'A' } },
      { table: 'audit_logs', row: { action: 'test.done', actor: 'moon' } },
    ]);
    await site.disconnect();
    expect(await objectsIn(site)).toEqual(pristine);
    expect(await rolesThere()).toEqual([]);
  });
});

test('roles that were there before stay as they are, and those that others use by then stay too, which is said', async () => {
  const other = await site.another();
  // A schema of the user's own name comes before public, and no role that it acts for has it.
  await other.query('CREATE SCHEMA AUTHORIZATION moon');
  expect((await site.migrate({ modules: ['auth'] })).exitCode).toBe(0);
  expect((await other.migrate({ modules: ['auth'] })).exitCode).toBe(0);
  expect(await other.query(`SELECT kind FROM ttm_wizard.object WHERE kind = 'role'`)).toEqual([]);

  expect(await takeBack(site)).toBe(0);
  expect(await rolesThere()).toEqual(ROLES);
  const told = readFileSync(join(newestRun(site).path, 'events.ndjson'), 'utf8');
  for (const role of ROLES) expect(told).toContain(`role ${role} stays, because others use it by now`);

  await other.query(`SELECT audit('test.done')`);
  expect(await takeBack(other)).toBe(0);
  expect(await rolesThere()).toEqual(ROLES);
  await other.remove();
});

describe('what preflight asks of the roles', () => {
  afterAll(async () => {
    await site.admin('DROP OWNED BY tothemoon_owner, tothemoon_app, tothemoon_readonly');
    await site.admin('DROP ROLE IF EXISTS tothemoon_owner, tothemoon_app, tothemoon_readonly');
  });

  async function problems(before: string, after: string): Promise<string[]> {
    await site.admin(before);
    const run = await site.migrate({ modules: ['auth'], dryRun: true });
    await site.admin(after);
    return errorsOf(run).filter((line) => !line.startsWith('without --with'));
  }

  // The roles are there, left by the runs above.
  test.each([
    [
      'an owner that the user may not act for',
      'REVOKE tothemoon_owner FROM moon',
      'GRANT tothemoon_owner TO moon',
      ['role tothemoon_owner is there, and "moon" may not act for it', 'GRANT "tothemoon_owner" TO "moon";'],
    ],
    [
      'a role for which row-level security does not hold',
      'ALTER ROLE tothemoon_app BYPASSRLS',
      'ALTER ROLE tothemoon_app NOBYPASSRLS',
      [
        'role tothemoon_app is there, and row-level security does not hold for it',
        'ALTER ROLE "tothemoon_app" NOSUPERUSER NOBYPASSRLS;',
      ],
    ],
    [
      'a schema that is not the user’s to give',
      'ALTER SCHEMA public OWNER TO CURRENT_USER; GRANT ALL ON SCHEMA public TO moon',
      'REVOKE ALL ON SCHEMA public FROM moon; ALTER SCHEMA public OWNER TO pg_database_owner',
      [
        '"moon" may not let the roles use schema "public"',
        'GRANT ALL ON SCHEMA "public" TO "moon" WITH GRANT OPTION;',
      ],
    ],
    ['nothing that is wrong', 'SELECT', 'SELECT', []],
  ])('tells of %s', async (_, before, after, expected) => {
    expect(await problems(before, after)).toEqual(expected);
  });

  test('a user without the rights of its groups, and a schema open to everybody, are told', async () => {
    await site.admin('ALTER ROLE moon NOINHERIT; GRANT CREATE ON SCHEMA public TO PUBLIC');
    const run = await site.migrate({ modules: ['auth'], dryRun: true });
    await site.admin('ALTER ROLE moon INHERIT; REVOKE CREATE ON SCHEMA public FROM PUBLIC');
    expect(errorsOf(run)).toContain('ALTER ROLE "moon" INHERIT;');
    const warning = findingsOf(run, 'preflight').find(({ code }) => code === 'target-public-creates');
    expect(warning).toMatchObject({
      severity: 'warning',
      remedies: ['REVOKE CREATE ON SCHEMA "public" FROM PUBLIC;'],
    });
  });
});

/** Owner and rights of every table, column and function. */
const WHO_MAY = `
  SELECT c.relname AS name, pg_get_userbyid(c.relowner) AS owner, array_to_string(coalesce(c.relacl, acldefault('r', c.relowner)), ' ') AS rights,
         c.relrowsecurity::text AS secured, c.relforcerowsecurity::text AS forced
  FROM pg_class AS c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
  UNION ALL
  SELECT a.attrelid::regclass || '.' || a.attname, '', array_to_string(a.attacl, ' '), '', ''
  FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
  WHERE c.relnamespace = 'public'::regnamespace AND a.attacl IS NOT NULL
  UNION ALL
  SELECT p.oid::regprocedure::text, pg_get_userbyid(p.proowner), array_to_string(p.proacl, ' '), p.prosecdef::text, array_to_string(p.proconfig, ' ')
  FROM pg_proc AS p WHERE p.pronamespace = 'public'::regnamespace
  ORDER BY 1`;
const POLICIES = `
  SELECT tablename, policyname, array_to_string(roles, ' ') AS roles, cmd, qual, with_check FROM pg_policies ORDER BY 1, 2`;
const TRIGGERS = `
  SELECT tgrelid::regclass::text AS name, tgname, pg_get_triggerdef(oid) AS definition, tgenabled FROM pg_trigger
  WHERE NOT tgisinternal ORDER BY 1, 2`;
