// The target: reachable, new enough, UTF-8, with the rights that are needed, and without the plan's tables.
import { z } from 'zod';
import { WizardError } from '../../src/errors.js';
import type { Finding } from '../../src/events.js';
import { showSome } from '../../src/output/format.js';
import { checkModules } from './module-checks.js';
import { checkCarriedNames, namesToMake } from './names.js';
import type { StepContext } from '../../src/run/step.js';
import { shellWord } from '../../src/shell-word.js';
import { nameOfTarget, showTarget, targetError } from '../../src/target/connect.js';
import { newestOwner } from '../../src/target/ledger.js';
import { createdbLine } from '../../src/target/remedies.js';
import { loadSql, quoteName } from '../../src/target/sql.js';

const flag = z.enum(['true', 'false']).transform((text) => text === 'true');
const factsSchema = z.object({
  version_num: z.coerce.number(),
  version: z.string(),
  encoding: z.string(),
  is_replica: flag,
  read_only: z.string(),
  time_zone: z.string(),
  is_utc: flag,
  database: z.string(),
  schema: z.string().nullable(),
  user: z.string(),
  can_create_tables: flag,
  can_create_schema: flag,
  has_ledger_schema: flag,
  has_ledger: flag,
  can_use_ledger: flag,
  pid: z.coerce.number(),
  bytes: z.coerce.number(),
});

export interface TargetFacts {
  readonly schema: string;
  readonly versionNum: number;
  /** As the server writes it: `15.8 (Debian 15.8-1)`. */
  readonly version: string;
  /** data_directory when the server is on this machine and says so. */
  readonly dataDirectory: string | undefined;
}

const OLDEST = 140_000;

/** Names in one finding: the tables and sequences of To The Moon, which come first. */
const MAX_NAMED = 6;

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
      [createdbLine(name, `${name.database}_utf8`)],
    );
    check(
      !facts.is_replica && facts.read_only === 'off',
      'target-writable',
      'the server takes writes',
      'the server is a read-only replica or set to read-only',
      ['the URL of the primary server as --target'],
    );
    checkRights(facts, name.database, check);
    checkTimeZone(context, facts, report);
    await checkModules(context, report);
    checkCarriedNames(context, report);
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
      version: facts.version,
      dataDirectory: await dataDirectory(context, name.host),
    };
  } catch (error) {
    throw error instanceof z.ZodError ? error : targetError('the target cannot be checked', error);
  }
}

/** In SQLite a time without an offset is UTC; what the application sends or reads without one would be of the session's zone. */
function checkTimeZone(
  { options }: StepContext,
  facts: z.infer<typeof factsSchema>,
  report: (finding: Finding) => void,
): void {
  const hasTimes = options.plan.tables.some(({ columns }) =>
    columns.some(({ type }) => type === 'timestamptz'),
  );
  if (!hasTimes || facts.is_utc) return;
  report({
    severity: 'warning',
    code: 'target-time-zone',
    message: `sessions of ${facts.user} have time zone ${facts.time_zone}: times that the application writes without an offset, UTC until now, become times of that zone, and times come back in it`,
    remedies: [
      `ALTER ROLE ${quoteName(facts.user)} IN DATABASE ${quoteName(facts.database)} SET TimeZone = 'UTC';`,
    ],
  });
}

type Check = (isGood: boolean, code: string, good: string, bad: string, remedies: string[]) => void;

function checkRights(facts: z.infer<typeof factsSchema>, database: string, check: Check): void {
  const { schema, user } = facts;
  if (schema === null) {
    const message = `search_path of ${user} names no schema that exists`;
    const remedy = `ALTER ROLE "${user}" IN DATABASE "${database}" SET search_path = public;`;
    check(false, 'target-schema', '', message, [remedy]);
  } else {
    check(
      facts.can_create_tables,
      'target-create-tables',
      `${user} may create tables in schema ${schema}`,
      `${user} may not create tables in schema ${schema}`,
      [`GRANT ALL ON SCHEMA ${quoteName(schema)} TO "${user}";`],
    );
  }
  if (facts.has_ledger_schema) {
    check(
      facts.can_use_ledger,
      'target-ledger',
      `${user} may use the schema ttm_wizard for the ledger`,
      `the schema ttm_wizard for the ledger exists, and ${user} may not use it`,
      [
        `GRANT ALL ON SCHEMA ttm_wizard TO "${user}"; GRANT ALL ON ALL TABLES IN SCHEMA ttm_wizard TO "${user}";`,
      ],
    );
  } else {
    check(
      facts.can_create_schema,
      'target-create-schema',
      `${user} may create the schema ttm_wizard for the ledger`,
      `${user} may not create the schema ttm_wizard for the ledger`,
      [`GRANT CREATE ON DATABASE "${database}" TO "${user}";`],
    );
  }
}

async function checkEmpty(
  context: StepContext,
  hasLedger: boolean,
  report: (finding: Finding) => void,
): Promise<void> {
  const client = await context.target();
  const { rows: taken } = await client.query<{ name: string }>(loadSql('preflight/names_taken.sql'), [
    context.options.plan.expected.functions ?? [],
  ]);
  // What will be made is asked of the source, which takes a moment, only where something is there at all.
  const wanted = new Set(taken.length === 0 ? [] : namesToMake(context));
  const inTheWay = new Set(taken.map(({ name }) => name).filter((name) => wanted.has(name)));
  if (inTheWay.size === 0) {
    report({
      severity: 'ok',
      code: 'target-empty',
      message: 'none of the tables exists in the target',
      remedies: [],
    });
    return;
  }
  const named = [...wanted].filter((name) => inTheWay.has(name));
  const existing = showSome(named, MAX_NAMED);
  const owner = hasLedger ? await newestOwner(client) : undefined;
  const message = `the target already has ${existing}${owner === undefined ? '' : `, made by run ${owner.id} of ${owner.source}`}`;
  const remedies = [
    'an empty database as --target',
    ...(owner === undefined
      ? []
      : [
          // The ledger does not know where that is, but a run's folder is named after it.
          `find / -type d -name ${shellWord(owner.id)} 2>/dev/null    finds the folder of that run, where it was begun`,
          'the folder that this lies in, as --backup-dir, goes on with it, or with --restart drops what it made and begins anew',
        ]),
  ];
  report({ severity: 'error', code: 'target-not-empty', message, remedies });
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
