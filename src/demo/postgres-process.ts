// The life of one PostgreSQL server process: create the cluster, start it, see whether one runs, stop it.
// postgres is started without pg_ctl, whose shell command line breaks on quotes and dollars in a folder's name.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { chown, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import pg from 'pg';
import { codeOf, EXIT, messageOf, WizardError } from '../errors.js';
import { makePrivateFolder, type ServerFolder } from './postgres-folder.js';
import { asServerUser } from './unprivileged-user.js';

export const SUPERUSER = 'postgres';

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 60_000;
const POLL_MS = 20;

/** What postmaster.pid says of a server (storage/lmgr's lines in src/include/utils/pidfile.h). */
export interface RunningServer {
  pid: number;
  port: number;
  socketDir: string;
}

export function serverUrl(password: string, port: number, database = 'postgres'): string {
  return `postgres://${SUPERUSER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}

/** The end of the server's log; PostgreSQL writes no passwords there. */
async function logTail(logFile: string): Promise<string> {
  const text = await readFile(logFile, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-5).join('\n');
}

/** Creates the cluster of `place` (UTF-8, bytewise order, scram on every connection). Throws POSTGRES_INITDB_FAILED. */
export async function createCluster(place: ServerFolder, binDir: string, isDurable: boolean): Promise<void> {
  const { home, memory } = place;
  // Renamed when complete, so that an initdb cut short is not taken for a cluster.
  const unfinished = join(home, 'data.unfinished');
  const passwordFile = join(home, 'initdb-password');
  const attempt = async (locale: string) => {
    await rm(unfinished, { recursive: true, force: true });
    await makePrivateFolder(unfinished, place.user);
    const syncing = isDurable ? [] : ['--no-sync'];
    const fixed = [
      '--encoding=UTF8',
      '--auth=scram-sha-256',
      `--username=${SUPERUSER}`,
      `--pwfile=${passwordFile}`,
    ];
    return execa(
      join(binDir, 'initdb'),
      [`--pgdata=${unfinished}`, `--locale=${locale}`, ...fixed, ...syncing],
      {
        ...asServerUser(place.user, unfinished),
        extendEnv: false,
        reject: false,
        all: true,
      },
    );
  };
  try {
    await rm(passwordFile, { force: true });
    await writeFile(passwordFile, `${memory.password}\n`, { mode: 0o600, flag: 'wx' });
    if (place.user !== undefined) await chown(passwordFile, place.user.uid, place.user.gid);
    let result = await attempt('C.UTF-8');
    // Not every libc has C.UTF-8: macOS and old Red Hat have plain C.
    if (result.failed && /locale/i.test(result.all)) result = await attempt('C');
    if (result.failed) {
      throw new WizardError({
        code: 'POSTGRES_INITDB_FAILED',
        message: `initdb cannot create a cluster in ${home}: ${result.all.trim() || messageOf(result)}`,
        remedies: [`df -h ${home}    # is there room?`, 'or name another folder'],
        exitCode: EXIT.usage,
      });
    }
    await rename(unfinished, place.dataDir);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

async function readPidFile(dataDir: string): Promise<(RunningServer & { isReady: boolean }) | undefined> {
  const text = await readFile(join(dataDir, 'postmaster.pid'), 'utf8').catch(() => '');
  const [pid, , , port, socketDir, , , status] = text.split('\n');
  if (socketDir === undefined) return undefined;
  return { pid: Number(pid), port: Number(port), socketDir, isReady: status?.trim() === 'ready' };
}

async function isServerOf(dataDir: string, port: number, password: string): Promise<boolean> {
  const client = new pg.Client({
    connectionString: serverUrl(password, port),
    connectionTimeoutMillis: 15_000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
    return rows[0]?.data_directory === dataDir;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * The server that runs on `place`, if any. postmaster.pid alone proves nothing (it outlives a crash, and its number may by now
 * be another process): the server must take our password and name our data folder.
 */
export async function findRunningServer(place: ServerFolder): Promise<RunningServer | undefined> {
  const written = await readPidFile(place.dataDir);
  if (written === undefined || !written.isReady || !isAlive(written.pid)) return undefined;
  return (await isServerOf(place.dataDir, written.port, place.memory.password)) ? written : undefined;
}

/** Whether a process of this number exists, ours or not. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

export interface Launch {
  binDir: string;
  port: number;
  socketDir: string;
  settings: Record<string, string>;
}

/**
 * Starts postgres, in a session of its own so that Ctrl-C in our terminal does not reach it, and waits until it takes our
 * password. Answers undefined when the port was taken meanwhile. Throws POSTGRES_START_FAILED with the end of its log.
 */
export async function launch(place: ServerFolder, options: Launch): Promise<ChildProcess | undefined> {
  const logFile = join(place.home, 'server.log');
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
  const log = await open(logFile, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600);
  const settings = {
    // The machine's zone would be the cluster's; applications that send times without an offset mean UTC.
    timezone: 'UTC',
    ...options.settings,
    listen_addresses: '127.0.0.1',
    port: String(options.port),
    unix_socket_directories: options.socketDir,
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(join(options.binDir, 'postgres'), ['-D', place.dataDir, ...args], {
    ...asServerUser(place.user, place.dataDir),
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  let failure: unknown;
  child.on('error', (error) => (failure = error));
  await log.close();
  child.unref();
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (failure === undefined && !hasEnded(child) && Date.now() < deadline) {
    const written = await readPidFile(place.dataDir);
    if (written?.isReady === true && written.pid === child.pid) {
      if (await isServerOf(place.dataDir, options.port, place.memory.password)) return child;
      break;
    }
    await sleep(POLL_MS);
  }
  await stopProcess(child);
  const said = failure === undefined ? await logTail(logFile) : messageOf(failure);
  if (/could not bind|Address already in use/.test(said)) return undefined;
  throw new WizardError({
    code: 'POSTGRES_START_FAILED',
    message: `PostgreSQL does not start in ${place.dataDir}: ${said}`,
    remedies: [`less ${logFile}`],
    exitCode: EXIT.usage,
  });
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

function stopFailed(pid: number | undefined): WizardError {
  return new WizardError({
    code: 'POSTGRES_STOP_FAILED',
    message: `PostgreSQL process ${pid ?? '?'} is still running ${STOP_TIMEOUT_MS / 1000} s after it was asked to stop.`,
    remedies: [`kill -QUIT ${pid ?? '<pid>'}    # stops without a checkpoint; the next start recovers`],
    exitCode: EXIT.usage,
  });
}

/** A fast shutdown (SIGINT) of a server this process started; nothing if it has ended. Throws POSTGRES_STOP_FAILED. */
export async function stopProcess(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  child.ref();
  const ended = once(child, 'exit', { signal: AbortSignal.timeout(STOP_TIMEOUT_MS) });
  child.kill('SIGINT');
  await ended.catch(() => {
    throw stopFailed(child.pid);
  });
}

/** The same for a server whose starter is gone. It proves itself again first: the number may be another process by now. */
export async function stopAdopted(place: ServerFolder): Promise<void> {
  const server = await findRunningServer(place);
  if (server === undefined) return;
  process.kill(server.pid, 'SIGINT');
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  // postmaster.pid vanishes last. The process may stay as a zombie in a container whose first process reaps none.
  while (isAlive(server.pid) && (await readPidFile(place.dataDir))?.pid === server.pid) {
    if (Date.now() > deadline) throw stopFailed(server.pid);
    await sleep(POLL_MS);
  }
}
