// Everything the demo makes, in one folder: sample.db, application/, a private PostgreSQL that keeps running, backups/, and pgpass, so
// that no command line shows the password. One demo at a time works in it.
import { existsSync, readdirSync, realpathSync, renameSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EXIT, WizardError, messageOf } from '../errors.js';
import { lockFolder } from '../run/lock.js';
import { makeFolder } from '../tools/make-folder.js';
import { type DemoApplication, openApplication, stopApplication } from './demo-application.js';
import { DATABASE, type Database, openDatabase } from './demo-database.js';
import { type LastDemo, findLastDemo } from './last-demo.js';
import { openServerFolder } from './postgres-folder.js';
import { findRunningServer, stopAdopted } from './postgres-process.js';
import { type PostgresServer, removePostgres, startPostgres } from './postgres-server.js';
import { writeSample } from './sample.js';

const SCORES = 50_000;
/** Written by the server's own folder; without it a folder is not the demo's. */
const MARK = 'server.json';
/** What a second demo in the folder finds in its way. */
const LOCK_FILES = ['.ttm-wizard.lock', '.ttm-wizard.holder'];
const MADE_HERE = ['sample.db', 'sample.db.unfinished', 'application', 'pgpass', 'backups', 'backups.old'];

export interface Demo {
  readonly folder: string;
  readonly server: PostgresServer;
  readonly application: DemoApplication;
  /** Holds the password. */
  readonly target: string;
  readonly backupDir: string;
  readonly pgpass: string;
  readonly database: Database;
  readonly last: LastDemo;
}

type Say = (line: string) => void;

/** Starts or finds the server and hands the demo to `work`, while nobody else may use the folder. Throws LOCKED (exit 8). */
export async function inDemo<T>(path: string, say: Say, work: (demo: Demo) => Promise<T>): Promise<T> {
  if (!isDemo(path)) throw notADemo(path);
  prepareFolder(path);
  // The server and the application name their files by where they are, not by a link that leads there.
  const folder = realpathSync(path);
  const lock = lockDemo(folder);
  try {
    say(`The demo lives in ${folder}.`);
    const server = await startPostgres({ folder, log: say });
    const database = await openDatabase(server);
    const pgpass = join(folder, 'pgpass');
    const line = ['127.0.0.1', server.port, '*', server.superuser, server.password].join(':');
    writeFileSync(pgpass, `${line}\n`, { mode: 0o600 });
    const application = await openApplication(join(folder, 'application'));
    const backupDir = join(folder, 'backups');
    const target = server.url(DATABASE);
    const last = findLastDemo(backupDir);
    return await work({ folder, server, application, target, backupDir, pgpass, database, last });
  } finally {
    lock.release();
  }
}

/** An application that runs on a new sample, and an empty database; nothing of an earlier demo is left. */
export async function beginAnew({ folder, application, backupDir, database }: Demo, say: Say): Promise<void> {
  await application.stop();
  // Renamed first: half of a run is no run.
  if (existsSync(backupDir)) renameSync(backupDir, `${backupDir}.old`);
  rmSync(`${backupDir}.old`, { recursive: true, force: true });
  await database.makeEmpty(say);
  await application.renew(makeSample(folder, say));
}

/** Whether what the last demo left is still there to go on with: its database on its server, and its file of SQLite. */
export function isWhole({ last, database, server, application }: Demo): boolean {
  if (last.kind === 'none') return false;
  // What was taken back needs no more of its database, which is empty.
  const hasTarget = database.existed && last.run.state.target.port === server.port;
  return existsSync(application.source) && (hasTarget || last.kind === 'taken-back');
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

/** Stops application and server and deletes what the demo has made; the folder itself goes if nothing else is in it. */
export async function cleanDemo(path: string, say: Say): Promise<void> {
  if (!existsSync(path)) {
    say(`There is no demo in ${path}.`);
    return;
  }
  if (!isDemo(path)) throw notADemo(path);
  const folder = realpathSync(path);
  const lock = lockDemo(folder);
  try {
    await stopApplication(join(folder, 'application'));
    const place = await openServerFolder(folder);
    const running = await findRunningServer(place);
    await stopAdopted(place);
    // A long path has its socket in a temporary folder of its own.
    if (running !== undefined && dirname(running.socketDir) !== place.home)
      rmSync(dirname(running.socketDir), { recursive: true, force: true });
    for (const name of MADE_HERE) rmSync(join(folder, name), { recursive: true, force: true });
    // The mark goes last, so that a clean-up cut short can be repeated.
    await removePostgres(folder);
  } finally {
    lock.release();
  }
  for (const name of LOCK_FILES) rmSync(join(folder, name), { force: true });
  const left = readdirSync(folder);
  if (left.length === 0) rmdirSync(folder);
  say(
    left.length === 0
      ? `${folder} is removed; its application and its server are stopped.`
      : `The demo is removed; ${folder} still holds ${left.join(', ')}.`,
  );
}

export function hasDemo(folder: string): boolean {
  return existsSync(join(folder, MARK));
}

/** Also true of a folder that is not there, is empty, or holds no more than a demo that has just begun or is all but removed. */
function isDemo(folder: string): boolean {
  if (!existsSync(folder) || hasDemo(folder)) return true;
  return readdirSync(folder).every((name) => LOCK_FILES.includes(name));
}

function lockDemo(folder: string): { release(): void } {
  try {
    return lockFolder(folder);
  } catch (error) {
    if (!(error instanceof WizardError) || error.code !== 'LOCKED') throw error;
    const { code, message, exitCode } = error;
    const remedies = ['wait until it has ended, or --folder DIR names another folder'];
    throw new WizardError({ code, message, remedies, exitCode, cause: error });
  }
}

function prepareFolder(folder: string): void {
  try {
    makeFolder(folder, 0o755);
  } catch (error) {
    throw new WizardError({
      code: 'DEMO_FOLDER',
      message: `the folder ${folder} cannot be made: ${messageOf(error)}`,
      remedies: ['--folder DIR names one that this user may write to'],
      exitCode: EXIT.usage,
      cause: error,
    });
  }
}

function notADemo(folder: string): WizardError {
  return new WizardError({
    code: 'NOT_A_DEMO',
    message: `${folder} is a folder with something else in it than the demo`,
    remedies: ['--folder DIR names one that is empty or does not exist'],
    exitCode: EXIT.usage,
  });
}
