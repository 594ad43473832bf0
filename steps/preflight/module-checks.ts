// The modules that a run adds, told by name, and the right to make the roles that they need: these are of the whole cluster, not of the
// database, so that a user who may do everything in the database may still lack it.
import { z } from 'zod';
import type { Finding } from '../../src/events.js';
import { rolesOf } from '../../src/plans/modules.js';
import type { StepContext } from '../../src/run/step.js';
import { loadSql, quoteName } from '../../src/target/sql.js';

const flag = z.enum(['true', 'false']).transform((text) => text === 'true');
const roleSchema = z.object({
  name: z.string(),
  is_there: flag,
  bypasses: flag,
  is_mine: flag,
  can_use_schema: flag,
  can_create: flag,
  i_create_roles: flag,
  i_inherit: flag,
  i_grant_schema: flag,
  public_creates: flag,
  public_uses: flag,
  i_bypass: flag,
});
type Role = z.infer<typeof roleSchema> & { readonly isOwner: boolean };

/** Reports one finding a module, and one or more about roles where a module needs any. */
export async function checkModules(context: StepContext, report: (finding: Finding) => void): Promise<void> {
  const { plan } = context.options;
  const added = plan.added ?? [];
  for (const { name, title, roles = [] } of added) {
    const also = roles.length === 0 ? '' : `, and the roles ${roles.map((role) => role.name).join(', ')}`;
    report(ok('module', `module ${name}: ${title}${also}`));
  }
  const wanted = rolesOf(plan);
  if (wanted.length === 0) return;
  const client = await context.target();
  const names = wanted.map(({ name }) => name);
  const { rows } = await client.query(loadSql('preflight/roles.sql'), [names]);
  const roles = z
    .array(roleSchema)
    .parse(rows)
    .map((role) => ({
      ...role,
      isOwner: wanted.some((own) => own.name === role.name && own.isOwner === true),
    }));
  const { rows: about } = await client.query<{ user: string; schema: string }>(
    'SELECT current_user AS "user", current_schema() AS schema',
  );
  const { user = '', schema = '' } = about[0] ?? {};
  const flags = added.filter((module) => (module.roles ?? []).length > 0).map(({ name }) => `--with ${name}`);
  const instead = `without ${flags.join(' and ')} there is no need for roles`;
  const problems = roleProblems(roles, quoteName(user), quoteName(schema));
  for (const { message, remedies } of problems)
    report({ severity: 'error', code: 'target-roles', message, remedies: [...remedies, instead] });
  if (problems.length === 0) report(ok('target-roles', rightsText(roles, user)));
  if (roles.some((role) => role.i_bypass))
    report({
      severity: 'warning',
      code: 'target-bypass',
      message: `${user} is above row-level security, and so is an application that logs in as ${user}: it sees the rows of every organization`,
      remedies: [
        'for an application that uses these tables: a user of its own, which has no more than it needs',
      ],
    });
  if (roles.some((role) => role.public_creates))
    report({
      severity: 'warning',
      code: 'target-public-creates',
      message: `every role may create in schema ${schema}, and so may ${names.join(', ')}`,
      remedies: [`REVOKE CREATE ON SCHEMA ${quoteName(schema)} FROM PUBLIC;`],
    });
}

function ok(code: string, message: string): Finding {
  return { severity: 'ok', code, message, remedies: [] };
}

function rightsText(roles: readonly Role[], user: string): string {
  const missing = roles.filter((role) => !role.is_there).length;
  if (missing === 0) return `the ${roles.length} roles are there, and stay as they are`;
  return `${user} may make the ${missing} roles that are not there yet`;
}

interface Problem {
  readonly message: string;
  /** Lines to type as an admin of the cluster. */
  readonly remedies: readonly string[];
}

/** `user` and `schema` are quoted. */
function roleProblems(roles: readonly Role[], user: string, schema: string): Problem[] {
  const missing = roles.filter((role) => !role.is_there);
  const foreignOwners = roles.filter((role) => role.isOwner && role.is_there && !role.is_mine);
  const needsGrant = roles.some((role) =>
    role.is_there
      ? !role.can_use_schema || (role.isOwner && !role.can_create)
      : !role.public_uses || (role.isOwner && !role.public_creates),
  );
  const [me] = roles;
  const problems: Problem[] = [];
  if (missing.length > 0 && me?.i_create_roles === false) {
    const make = missing.map(({ name }) => `CREATE ROLE ${quoteName(name)} NOLOGIN;`);
    const join = missing
      .filter(({ isOwner }) => isOwner)
      .map(({ name }) => `GRANT ${quoteName(name)} TO ${user};`);
    problems.push({
      message: `${user} may not create roles, and ${missing.map(({ name }) => name).join(', ')} ${missing.length === 1 ? 'is' : 'are'} not there`,
      remedies: [`ALTER ROLE ${user} CREATEROLE;`, `or, as a superuser: ${[...make, ...join].join(' ')}`],
    });
  }
  if (me?.i_inherit === false)
    problems.push({
      message: `${user} does not have the rights of the roles that it is a member of`,
      remedies: [`ALTER ROLE ${user} INHERIT;`],
    });
  for (const { name } of foreignOwners)
    problems.push({
      message: `role ${name} is there, and ${user} may not act for it`,
      remedies: [`GRANT ${quoteName(name)} TO ${user};`],
    });
  for (const { name } of roles.filter((role) => role.bypasses))
    problems.push({
      message: `role ${name} is there, and row-level security does not hold for it`,
      remedies: [`ALTER ROLE ${quoteName(name)} NOSUPERUSER NOBYPASSRLS;`],
    });
  if (needsGrant && me?.i_grant_schema === false)
    problems.push({
      message: `${user} may not let the roles use schema ${schema}`,
      remedies: [`GRANT ALL ON SCHEMA ${schema} TO ${user} WITH GRANT OPTION;`],
    });
  return problems;
}
