// A private PostgreSQL server in a folder of its own: for `ttm-wizard demo` and for every test.
// It listens on 127.0.0.1 with a random password, and lives on when we are killed: the next start finds it.
import { lstat, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EXIT, WizardError } from '../errors.js';
import { freePort } from './free-port.js';
import {
  copyEmbedded,
  listPostgresBinaries,
  postgresNotFound,
  postgresVersion,
} from './postgres-binaries.js';
import type { PostgresKind } from './postgres-binaries.js';
import { makePrivateFolder, makeTemporaryFolder, openServerFolder } from './postgres-folder.js';
import { remember, removeServerFiles, type ServerFolder } from './postgres-folder.js';
import * as server from './postgres-process.js';

export interface PostgresServer {
  port: number;
  socketDir: string;
  dataDir: string;
  superuser: string;
  password: string;
  /** A connection string with the password; the only place that shows it. */
  url(database?: string): string;
  binDir: string;
  kind: PostgresKind;
  /** A fast shutdown. Does nothing while the process that started the server, if another, is still there. */
  stop(): Promise<void>;
}

export interface StartOptions {
  folder: string;
  /** Must be free; without it the folder's former port if free, else any. */
  port?: number;
  /** The kind to look for first; a cluster already in the folder stays with its own version. */
  prefer?: PostgresKind;
  /** Server settings by name; each start needs them again. */
  settings?: Record<string, string>;
  log?: (line: string) => void;
}

interface Programs {
  kind: PostgresKind;
  binDir: string;
  version: string;
}

const PORT_ATTEMPTS = 5;
// sun_path holds 108 bytes with the closing zero on Linux, 104 on macOS.
const LONGEST_SOCKET_BYTES = process.platform === 'linux' ? 107 : 103;

const majorOf = (version: string) => version.replace(/\..*/, '');

/** The first PostgreSQL that the server's user can really run, of the cluster's version if there is a cluster. */
async function choosePrograms(place: ServerFolder, prefer: PostgresKind | undefined): Promise<Programs> {
  const major = await readFile(join(place.dataDir, 'PG_VERSION'), 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );
  const all = await listPostgresBinaries(prefer);
  const fitting = all.filter(({ version }) => major === undefined || majorOf(version) === major);
  for (const { kind, binDir, version, isComplete } of fitting) {
    if (isComplete && (await postgresVersion(binDir, place.user)) !== undefined)
      return { kind, binDir, version };
    if (kind === 'system') continue;
    // Its links are missing, or it lies where the server's user cannot go (a repository in /root).
    const copied = await copyEmbedded({ binDir, version }, place.home);
    if ((await postgresVersion(copied, place.user)) !== undefined) return { kind, binDir: copied, version };
  }
  if (all.length > 0 && fitting.length === 0) {
    throw new WizardError({
      code: 'POSTGRES_VERSION_MISMATCH',
      message: `The cluster in ${place.dataDir} belongs to PostgreSQL ${major ?? '?'}; here are only ${all.map(({ version }) => version).join(', ')}.`,
      remedies: [
        `rm -r ${place.folder}    # its data is lost; the next start makes a new cluster`,
        'or name another folder',
      ],
      exitCode: EXIT.usage,
    });
  }
  throw postgresNotFound(
    all.length === 0 ? undefined : `${all.map(({ binDir }) => binDir).join(' and ')} cannot be run`,
  );
}

async function choosePort(wanted: number | undefined, former: number | undefined): Promise<number> {
  const port =
    (await freePort(wanted ?? former ?? 0)) ?? (wanted === undefined ? await freePort(0) : undefined);
  if (port !== undefined) return port;
  throw new WizardError({
    code: 'POSTGRES_PORT_TAKEN',
    message: `Port ${wanted ?? 'any'} on 127.0.0.1 is not free.`,
    remedies: ['leave the port out: a free one is chosen'],
    exitCode: EXIT.usage,
  });
}

async function makeSocketDir(place: ServerFolder): Promise<string> {
  const inside = join(place.home, 'socket');
  const isShort = Buffer.byteLength(join(inside, '.s.PGSQL.65535')) <= LONGEST_SOCKET_BYTES;
  const socketDir = isShort ? inside : join(await makeTemporaryFolder('ttm-', place.user), 'socket');
  await makePrivateFolder(socketDir, place.user);
  return socketDir;
}

async function start(place: ServerFolder, programs: Programs, options: StartOptions) {
  const socketDir = await makeSocketDir(place);
  for (let attempt = 1; attempt <= PORT_ATTEMPTS; attempt += 1) {
    const port = await choosePort(options.port, attempt === 1 ? place.memory.port : undefined);
    const launch = { binDir: programs.binDir, port, socketDir, settings: options.settings ?? {} };
    const child = await server.launch(place, launch);
    if (child !== undefined) return { child, port, socketDir };
    options.log?.(`port ${port} was taken meanwhile; trying another`);
  }
  throw new WizardError({
    code: 'POSTGRES_PORT_TAKEN',
    message: `${PORT_ATTEMPTS} free ports in a row were taken before PostgreSQL could open them.`,
    remedies: ['try again'],
    exitCode: EXIT.usage,
  });
}

/**
 * Starts the private server of `folder`, with a new cluster if it has none, and answers when it takes connections. A server that
 * already runs there is answered as it is. Throws POSTGRES_NOT_FOUND, POSTGRES_START_FAILED and the like, all WizardErrors.
 */
export async function startPostgres(options: StartOptions): Promise<PostgresServer> {
  const log = options.log ?? (() => undefined);
  const place = await openServerFolder(options.folder);
  const { memory, dataDir } = place;
  const programs = await choosePrograms(place, options.prefer);
  const handle = (port: number, socketDir: string, stop: () => Promise<void>): PostgresServer => ({
    port,
    socketDir,
    dataDir,
    superuser: server.SUPERUSER,
    password: memory.password,
    url: (database) => server.serverUrl(memory.password, port, database),
    binDir: programs.binDir,
    kind: programs.kind,
    stop,
  });

  const removeSocketDir = async (socketDir: string) => {
    if (dirname(socketDir) !== place.home) await rm(dirname(socketDir), { recursive: true, force: true });
  };

  const running = await server.findRunningServer(place);
  if (running !== undefined) {
    log(`PostgreSQL is already running on port ${running.port}`);
    const isOrphan = memory.owner === undefined || !server.isAlive(memory.owner);
    if (isOrphan) await remember(place.folder, { ...memory, owner: process.pid });
    return handle(running.port, running.socketDir, async () => {
      if (!isOrphan) return;
      await server.stopAdopted(place);
      await removeSocketDir(running.socketDir);
    });
  }

  if (!(await lstat(dataDir).catch(() => undefined))) {
    log(`creating a PostgreSQL ${programs.version} cluster in ${dataDir}`);
    await server.createCluster(place, programs.binDir, options.settings?.fsync !== 'off');
  }
  const { child, port, socketDir } = await start(place, programs, options);
  await remember(place.folder, { ...memory, port, owner: process.pid });
  log(`PostgreSQL ${programs.version} (${programs.kind}) is running on port ${port}`);
  return handle(port, socketDir, async () => {
    await server.stopProcess(child);
    await removeSocketDir(socketDir);
  });
}

/** Deletes a stopped server's files, also those outside `folder`. Throws POSTGRES_STILL_RUNNING. */
export async function removePostgres(folder: string): Promise<void> {
  const place = await openServerFolder(folder);
  if ((await server.findRunningServer(place)) !== undefined) {
    throw new WizardError({
      code: 'POSTGRES_STILL_RUNNING',
      message: `The PostgreSQL in ${place.dataDir} is still running.`,
      remedies: ['stop it first'],
      exitCode: EXIT.usage,
    });
  }
  await removeServerFiles(place.folder);
}
