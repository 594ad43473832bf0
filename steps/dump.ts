// Dump: pg_dump of what the run has made in the target into the run's folder, its contents listed by pg_restore, checksummed in
// the manifest. What others have there is left out: it is not the run's to keep, and often not its role's to read.
import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parse } from 'pg-connection-string';
import prettyBytes from 'pretty-bytes';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { showValue } from '../src/codec/problem.js';
import { WizardError } from '../src/errors.js';
import { showSome } from '../src/output/format.js';
import { FILES } from '../src/run/folder.js';
import { progressOf } from '../src/run/progress.js';
import { fittedPlan } from '../src/run/snapshot.js';
import { type Step, type StepContext, Stopped } from '../src/run/step.js';
import { nameOfTarget, passwordOf } from '../src/target/connect.js';
import { loadSql, quoteName } from '../src/target/sql.js';
import { type PgDump, findPgDump } from '../src/tools/pg-dump.js';

const POLL_MS = 500;
/** Names in one notice. */
const MAX_NAMED = 6;
const resultSchema = z.object({ bytes: z.number(), sha256: z.string() });

export const dump: Step = {
  name: 'dump',
  title: 'Dump the target',

  plan: ({ options }) =>
    Promise.resolve([
      {
        title: 'dump',
        sql: `pg_dump --format=custom --file=${join(options.backupDir, 'RUN', FILES.dump)}, then pg_restore --list`,
      },
    ]),

  async run(context) {
    const tools = await requirePgDump(context);
    const file = join(context.folder, FILES.dump);
    const part = `${file}.part`;
    rmSync(part, { force: true });
    // pg_dump keeps the mode of a file that is there, and would make one that others may read.
    writeFileSync(part, '', { mode: 0o600 });
    await runPgDump(context, tools, part);
    await checkContents(context, tools, part);
    renameSync(part, file);
    const hash = createHash('sha256');
    await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
    const result = { bytes: statSync(file).size, sha256: hash.digest('hex') };
    await addToManifest(context, result);
    context.emit({ type: 'file.written', step: 'dump', file, ...result });
    return {
      summary: `dump of ${prettyBytes(result.bytes)}, SHA-256 ${result.sha256.slice(0, 12)}…`,
      result,
    };
  },

  check(context) {
    const { bytes } = resultSchema.parse(context.result('dump'));
    const file = join(context.folder, FILES.dump);
    if (statSync(file, { throwIfNoEntry: false })?.size === bytes) return Promise.resolve();
    context.emit({ type: 'notice', message: `the dump ${file} is gone or has changed since it was made` });
    return Promise.resolve();
  },

  // The dump is the admin's and stays.
  undo: () => Promise.resolve(undefined),
};

async function requirePgDump(context: StepContext): Promise<PgDump> {
  const { rows } = await (
    await context.target()
  ).query<{ server_version_num: string }>('SHOW server_version_num');
  const serverVersion = Number(rows[0]?.server_version_num);
  const tools = await findPgDump(serverVersion);
  if (tools !== undefined && tools.major >= Math.floor(serverVersion / 10_000)) return tools;
  throw new WizardError({
    code: 'PG_DUMP_MISSING',
    message: 'there is no pg_dump that is not older than the server',
    remedies: [
      'apt-get install postgresql-client, then the same command with --resume',
      '--no-dump goes without',
    ],
    exitCode: 5,
  });
}

/** Connection settings as environment: neither the password nor the URL may stand in a process list. */
function environmentFor(url: string): Record<string, string | undefined> {
  const { host, port, database, user } = nameOfTarget(url);
  const parsed = parse(url.replace(/^postgres(?:ql)?\+\w+:/, 'postgresql:'));
  const environment: Record<string, string | undefined> = {
    PGHOST: host,
    PGPORT: String(port),
    PGDATABASE: database,
    // libpq would let these win over the above and dump another database than the one that was filled.
    PGSERVICE: undefined,
    PGHOSTADDR: undefined,
  };
  if (user !== '') environment['PGUSER'] = user;
  const password = passwordOf(url);
  if (password !== undefined) environment['PGPASSWORD'] = password;
  const sslmode: unknown = Reflect.get(parsed, 'sslmode');
  if (typeof sslmode === 'string') environment['PGSSLMODE'] = sslmode;
  return environment;
}

/** It takes a tenth of a second to load, and only this step needs it. */
const loadExeca = () => import('execa');

/** Of the database's size, as progress foretells it: To The Moon's dump is 0.24 of it. */
const COMPRESSED_SHARE = 0.25;

async function runPgDump(context: StepContext, { pgDump }: PgDump, file: string): Promise<void> {
  const progress = progressOf(context.emit, 'dump');
  const size = await (
    await context.target()
  ).query<{ bytes: string }>('SELECT pg_database_size(current_database()) AS bytes');
  const expected = Math.round(Number(size.rows[0]?.bytes) * COMPRESSED_SHARE);
  const timer = setInterval(() => {
    const done = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    progress({ doing: 'writing the compressed dump', done, total: Math.max(done, expected), unit: 'bytes' });
  }, POLL_MS);
  try {
    // Large objects are none of the run's. Level 1: a third of the time of the default for a tenth more bytes.
    const arguments_ = [
      '--format=custom',
      '--compress=1',
      '--encoding=UTF8',
      '--no-password',
      '--no-blobs',
      `--file=${file}`,
      ...(await foreignSchemas(context)).map((name) => `--exclude-schema=${quoteName(name)}`),
      ...(await foreignRelations(context)).map((name) => `--exclude-table=${name}`),
      ...(await hiddenTables(context)).map((name) => `--exclude-table-data=${name}`),
    ];
    const { execa } = await loadExeca();
    const { failed, stderr, isCanceled } = await execa(pgDump, arguments_, {
      // By this name it is found among the sessions that wait for others, and ended when a killed run is resumed.
      env: {
        ...environmentFor(context.options.target),
        PGAPPNAME: (await context.address()).applicationName,
      },
      reject: false,
      cancelSignal: context.stop,
    });
    if (isCanceled) throw new Stopped();
    if (!failed) return;
    throw new WizardError({
      code: 'PG_DUMP_FAILED',
      message: `pg_dump failed: ${stderr.trim().split('\n').slice(0, 3).join('; ')}`,
      remedies: ['correct it, then the same command with --resume', '--no-dump goes without'],
      exitCode: 5,
    });
  } finally {
    clearInterval(timer);
  }
}

/** Schemas that are none of the run's: pg_dump would fail at the first table of another owner, after all the work was done. */
async function foreignSchemas(context: StepContext): Promise<string[]> {
  const { rows } = await (
    await context.target()
  ).query<{ name: string }>(
    `SELECT nspname AS name FROM pg_namespace WHERE nspname <> ALL (ARRAY[current_schema(), 'ttm_wizard', 'pg_catalog', 'information_schema']) AND nspname !~ '^pg_(toast|temp)'`,
  );
  return rows.map(({ name }) => name);
}

/** The same for tables, views and sequences of others in the schema of the run's own, which the person is told. */
async function foreignRelations(context: StepContext): Promise<string[]> {
  const { rows } = await (
    await context.target()
  ).query<{ schema: string; name: string }>(loadSql('dump/relations_of_others.sql'), [context.run]);
  if (rows.length > 0) {
    const names = rows.map(({ name }) => showValue(name));
    const message = `not in the dump, because this run did not make it: ${showSome(names, MAX_NAMED)}`;
    context.emit({ type: 'notice', message });
  }
  return rows.map(({ schema, name }) => `${quoteName(schema)}.${quoteName(name)}`);
}

/** Tables that pg_dump would fail at: they are dumped without rows, and a run has put none into them. Others' are named. */
async function hiddenTables(context: StepContext): Promise<string[]> {
  const client = await context.target();
  const { rows } = await client.query<{ schema: string; name: string; has_rows: string }>(
    loadSql('dump/hidden_by_security.sql'),
    [context.run],
  );
  const filled = rows
    .filter(({ has_rows: hasRows }) => hasRows === 'true')
    .map(({ name }) => showValue(name));
  if (filled.length > 0) {
    const message = `rows of ${filled.join(', ')} are not in the dump: row-level security hides them from this user; a superuser's pg_dump has them`;
    context.emit({ type: 'notice', message });
  }
  return rows.map(({ schema, name }) => `${quoteName(schema)}.${quoteName(name)}`);
}

/** The archive must be readable and hold the data of every table. */
async function checkContents(context: StepContext, { pgRestore }: PgDump, file: string): Promise<void> {
  const { execa } = await loadExeca();
  const { failed, stdout, stderr } = await execa(pgRestore, ['--list', file], { reject: false });
  const missing = fittedPlan(context)
    .tables.map(({ name }) => name)
    // The list shows a line break in a name as a space (sanitize_line of pg_restore).
    .filter((name) => !stdout.includes(` ${name.replace(/[\r\n]/g, ' ')} `));
  if (!failed && missing.length === 0) return;
  throw new WizardError({
    code: 'DUMP_UNREADABLE',
    message: failed
      ? `pg_restore cannot read the dump: ${stderr.trim()}`
      : `the dump lacks ${missing.join(', ')}`,
    remedies: ['the same command with --resume makes it again'],
    exitCode: 5,
  });
}

async function addToManifest(context: StepContext, result: z.infer<typeof resultSchema>): Promise<void> {
  const file = join(context.folder, FILES.manifest);
  const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const others = z
    .array(z.looseObject({ file: z.string() }))
    .parse(parsed)
    .filter((entry) => entry.file !== FILES.dump);
  const entry = { file: FILES.dump, ...result, madeAt: new Date().toISOString() };
  await writeFileAtomic(file, `${JSON.stringify([...others, entry], null, 2)}\n`, { mode: 0o600 });
}
