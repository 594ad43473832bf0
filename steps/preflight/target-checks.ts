// The target: reachable, new enough, UTF-8, with the rights that are needed, and without the plan's tables.
import { z } from 'zod';
import { WizardError } from '../../src/errors.js';
import type { Finding } from '../../src/events.js';
import type { TablePlan } from '../../src/plans/plan.js';
import { fittedPlan } from '../../src/run/snapshot.js';
import type { StepContext } from '../../src/run/step.js';
import { nameOfTarget, showTarget, targetError } from '../../src/target/connect.js';
import { describeOwner } from '../../src/target/ledger.js';
import { loadSql } from '../../src/target/sql.js';

const flag = z.enum(['true', 'false']).transform((text) => text === 'true');
const factsSchema = z.object({
  version_num: z.coerce.number(),
  version: z.string(),
  encoding: z.string(),
  is_replica: flag,
  read_only: z.string(),
  schema: z.string().nullable(),
  user: z.string(),
  can_create_tables: flag,
  can_create_schema: flag,
  has_ledger: flag,
  pid: z.coerce.number(),
  bytes: z.coerce.number(),
});

export interface TargetFacts {
  readonly schema: string;
  readonly versionNum: number;
  /** data_directory when the server is on this machine and says so. */
  readonly dataDirectory: string | undefined;
}

const OLDEST = 140_000;

/** Throws errors of exit 5 when the target cannot be reached. */
export async function checkTarget(
  context: StepContext,
  report: (finding: Finding) => void,
): Promise<TargetFacts> {
  const name = nameOfTarget(context.options.target);
  const client = await context.target();
  try {
    const { rows } = await client.query(loadSql('preflight/target_facts.sql'));
    const facts = factsSchema.parse(rows[0]);
    const check = (isGood: boolean, code: string, good: string, bad: string, remedies: string[]): void =>
      report(
        isGood
          ? { severity: 'ok', code, message: good, remedies: [] }
          : { severity: 'error', code, message: bad, remedies },
      );
    const shown = showTarget(name);
    check(
      facts.version_num >= OLDEST,
      'target-version',
      `${shown} answers: PostgreSQL ${facts.version}`,
      `the server is PostgreSQL ${facts.version}; 14 or newer is needed`,
      ['a newer server, and its URL as --target'],
    );
    check(
      facts.encoding === 'UTF8',
      'target-encoding',
      'the database is UTF-8',
      `the database has encoding ${facts.encoding}`,
      [`createdb --encoding=UTF8 --template=template0 ${name.database}_utf8`],
    );
    check(
      !facts.is_replica && facts.read_only === 'off',
      'target-writable',
      'the server takes writes',
      'the server is a read-only replica or set to read-only',
      ['the URL of the primary server as --target'],
    );
    checkRights(facts, name.database, check);
    await checkEmpty(context, facts.has_ledger, report);
    if (Reflect.get(client, 'processID') !== facts.pid) {
      const message = 'a connection pooler stands before the server; its sessions do not keep their settings';
      report({
        severity: 'error',
        code: 'target-pooler',
        message,
        remedies: ['the URL of the server itself as --target'],
      });
    }
    return {
      schema: facts.schema ?? 'public',
      versionNum: facts.version_num,
      dataDirectory: await dataDirectory(context, name.host),
    };
  } catch (error) {
    throw error instanceof z.ZodError ? error : targetError('the target cannot be checked', error);
  }
}

type Check = (isGood: boolean, code: string, good: string, bad: string, remedies: string[]) => void;

function checkRights(facts: z.infer<typeof factsSchema>, database: string, check: Check): void {
  const schema = facts.schema ?? 'public';
  check(
    facts.can_create_tables,
    'target-create-tables',
    `${facts.user} may create tables in schema ${schema}`,
    `${facts.user} may not create tables in schema ${schema}`,
    [`GRANT ALL ON SCHEMA "${schema}" TO "${facts.user}";`],
  );
  const canKeepLedger = facts.can_create_schema || facts.has_ledger;
  check(
    canKeepLedger,
    'target-create-schema',
    `${facts.user} may create the schema ttm_wizard for the ledger`,
    `${facts.user} may not create the schema ttm_wizard for the ledger`,
    [`GRANT CREATE ON DATABASE "${database}" TO "${facts.user}";`],
  );
}

async function checkEmpty(
  context: StepContext,
  hasLedger: boolean,
  report: (finding: Finding) => void,
): Promise<void> {
  const names = tablesToMake(context).flatMap((table) => [
    table.name,
    ...(table.sequence === undefined ? [] : [table.sequence.name]),
  ]);
  const client = await context.target();
  const { rows } = await client.query<{ name: string }>(loadSql('preflight/existing_tables.sql'), [names]);
  if (rows.length === 0) {
    report({
      severity: 'ok',
      code: 'target-empty',
      message: 'none of the tables exists in the target',
      remedies: [],
    });
    return;
  }
  const existing = rows.map((row) => row.name).join(', ');
  const owner = hasLedger ? await describeOwner(client) : undefined;
  const message = `the target already has ${existing}${owner === undefined ? '' : `, made by ${owner}`}`;
  const remedies = [
    'an empty database as --target',
    ...(owner === undefined
      ? []
      : [
          'the --backup-dir of that run goes on with it, or with --restart drops what it made and begins anew',
        ]),
  ];
  report({ severity: 'error', code: 'target-not-empty', message, remedies });
}

/** Those of the plan and those that are carried over beyond it; the latter only when the source can be read, which others check. */
function tablesToMake(context: StepContext): readonly TablePlan[] {
  const { plan, source } = context.options;
  try {
    const known = plan.tables.map(({ name }) => name);
    return [
      ...plan.tables,
      ...fittedPlan(context, source).tables.filter(({ name }) => !known.includes(name)),
    ];
  } catch (error) {
    if (error instanceof WizardError) return plan.tables;
    throw error;
  }
}

async function dataDirectory(context: StepContext, host: string): Promise<string | undefined> {
  if (!(host === 'localhost' || host.startsWith('127.') || host === '::1' || host.startsWith('/')))
    return undefined;
  try {
    const { rows } = await (await context.target()).query<{ data_directory: string }>('SHOW data_directory');
    return rows[0]?.data_directory;
  } catch (error) {
    // Only members of pg_read_all_settings may ask; the disk of the server is then left to its admin.
    if (error instanceof WizardError) throw error;
    return undefined;
  }
}
