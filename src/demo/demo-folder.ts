// Everything the demo makes, in one folder: sample.db, a private PostgreSQL that keeps running, a fresh database, backups/ and
// pgpass, so that no command line shows the password.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { execa } from 'execa';
import pg from 'pg';
import { EXIT, WizardError } from '../errors.js';
import { packageRoot } from '../package-root.js';
import { openServerFolder } from './postgres-folder.js';
import { findRunningServer, stopAdopted } from './postgres-process.js';
import { type PostgresServer, removePostgres, startPostgres } from './postgres-server.js';
import { writeSample } from './sample.js';

const DATABASE = 'tothemoon_demo';
const SCORES = 50_000;
/** Written by the server's own folder; without it a folder is not the demo's. */
const MARK = 'server.json';
const MADE_HERE = ['sample.db', 'sample.db.unfinished', 'pgpass', 'backups'];

export interface PreparedDemo {
  readonly source: string;
  /** Holds the password. */
  readonly target: string;
  readonly backupDir: string;
  /** server_version_num */
  readonly serverVersion: number;
  /** What to type to look at the result and to clean up. */
  howToLook(): string[];
}

type Say = (line: string) => void;

/** Makes or finds all of it in `folder`; the database of an earlier demo is replaced by an empty one. */
export async function prepareDemo(folder: string, say: Say): Promise<PreparedDemo> {
  if (existsSync(folder) && !existsSync(join(folder, MARK)) && readdirSync(folder).length > 0)
    throw notADemo(folder);
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  say(`The demo lives in ${folder}.`);
  const server = await startPostgres({ folder, log: say });
  const source = makeSample(folder, say);
  const backupDir = join(folder, 'backups');
  rmSync(backupDir, { recursive: true, force: true });
  const serverVersion = await makeDatabase(server, say);
  const pgpass = join(folder, 'pgpass');
  const line = ['127.0.0.1', server.port, '*', server.superuser, server.password].join(':');
  writeFileSync(pgpass, `${line}\n`, { mode: 0o600 });
  const psql = await findPsql(server.binDir);
  const howToLook = (): string[] => lookLines({ folder, server, pgpass, psql });
  return { source, target: server.url(DATABASE), backupDir, serverVersion, howToLook };
}

function makeSample(folder: string, say: Say): string {
  const file = join(folder, 'sample.db');
  if (existsSync(file)) return file;
  say(`Writing a sample with ${SCORES.toLocaleString('en-US')} scores: ${file}`);
  const unfinished = `${file}.unfinished`;
  rmSync(unfinished, { force: true });
  writeSample(unfinished, { scores: SCORES });
  renameSync(unfinished, file);
  return file;
}

/** Creates the empty database and answers with the server's version number. */
async function makeDatabase(server: PostgresServer, say: Say): Promise<number> {
  const client = new pg.Client({ connectionString: server.url() });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
    if (rowCount !== 0) {
      say(`Dropping the database ${DATABASE} of the last demo, and creating it anew.`);
      await client.query(`DROP DATABASE ${DATABASE} WITH (FORCE)`);
    }
    await client.query(`CREATE DATABASE ${DATABASE} TEMPLATE template0 ENCODING 'UTF8'`);
    const { rows } = await client.query<{ number: string }>(
      `SELECT current_setting('server_version_num') AS number`,
    );
    return Number(rows[0]?.number);
  } finally {
    await client.end();
  }
}

async function findPsql(binDir: string): Promise<string | undefined> {
  if (!(await execa('psql', ['--version'], { reject: false })).failed) return 'psql';
  const beside = join(binDir, 'psql');
  return existsSync(beside) ? beside : undefined;
}

interface Place {
  readonly folder: string;
  readonly server: PostgresServer;
  readonly pgpass: string;
  readonly psql: string | undefined;
}

function lookLines({ folder, server, pgpass, psql }: Place): string[] {
  const address = `-h 127.0.0.1 -p ${server.port} -U ${server.superuser} ${DATABASE}`;
  const url = `postgresql://${server.superuser}@127.0.0.1:${server.port}/${DATABASE}`;
  const query = 'SELECT token_id, score, created_at FROM token_scores ORDER BY id DESC LIMIT 5';
  const script = `const{Client}=require("pg");const c=new Client("${url}");c.connect().then(()=>c.query("${query}")).then(r=>console.table(r.rows)).finally(()=>c.end())`;
  const look =
    psql === undefined
      ? [
          'psql is not on this machine; this does the same:',
          `  cd ${quote(packageRoot())} && PGPASSFILE=${quote(pgpass)} node --no-deprecation -e '${script}'`,
        ]
      : [
          'Look at the result (the server keeps running for that):',
          `  PGPASSFILE=${quote(pgpass)} ${quote(psql)} ${address}`,
          `  PGPASSFILE=${quote(pgpass)} ${quote(psql)} ${address} -c '${query}'`,
        ];
  const option = folder === resolve('ttm-demo') ? '' : ` --folder ${quote(folder)}`;
  return [
    '',
    ...look,
    'Clean up: stops the server and removes the folder:',
    `  ${ownCommand()} demo --clean${option}`,
  ];
}

/** How this wizard was started, to be typed again. */
function ownCommand(): string {
  const isInstalled = packageRoot().includes('node_modules');
  return isInstalled ? 'npx ttm-wizard' : `node ${quote(join(packageRoot(), 'bin', 'ttm-wizard.js'))}`;
}

/** For a POSIX shell. */
function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Stops the server and deletes what the demo has made; the folder itself goes if nothing else is in it. */
export async function cleanDemo(folder: string, say: Say): Promise<void> {
  if (!existsSync(folder)) {
    say(`There is no demo in ${folder}.`);
    return;
  }
  if (!existsSync(join(folder, MARK))) throw notADemo(folder);
  const place = await openServerFolder(folder);
  const running = await findRunningServer(place);
  await stopAdopted(place);
  // A long path has its socket in a temporary folder of its own.
  if (running !== undefined && dirname(running.socketDir) !== place.home)
    rmSync(dirname(running.socketDir), { recursive: true, force: true });
  await removePostgres(folder);
  for (const name of MADE_HERE) rmSync(join(folder, name), { recursive: true, force: true });
  const left = readdirSync(folder);
  if (left.length === 0) rmdirSync(folder);
  say(
    left.length === 0
      ? `${folder} is removed.`
      : `The demo is removed; ${folder} still holds ${left.join(', ')}.`,
  );
}

function notADemo(folder: string): WizardError {
  return new WizardError({
    code: 'NOT_A_DEMO',
    message: `${folder} is a folder with something else in it than the demo`,
    remedies: ['--folder DIR names one that is empty or does not exist'],
    exitCode: EXIT.usage,
  });
}
