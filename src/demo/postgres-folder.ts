// Where a private PostgreSQL keeps its files, and what has to be remembered between two starts (server.json, mode 0600).
// The files lie in the folder itself, or in a temporary one when the server's user cannot enter the folder.
import { randomBytes } from 'node:crypto';
import { chmod, chown, lstat, mkdir, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { codeOf, EXIT, WizardError } from '../errors.js';
import { canEnter, findServerUser, type ServerUser } from './unprivileged-user.js';

const Memory = z.object({
  /** Where the files are, if not in the folder itself. */
  temporaryHome: z.string().optional(),
  password: z.string().min(20),
  port: z.number().int().optional(),
  /** The process that started the server; only its handle stops it. */
  owner: z.number().int().optional(),
});
type Memory = z.infer<typeof Memory>;

export interface ServerFolder {
  folder: string;
  memory: Memory;
  /** Holds data/, server.log, and the copied programs if any. */
  home: string;
  dataDir: string;
  user: ServerUser | undefined;
}

const MEMORY_FILE = 'server.json';
const HOME_NAME = 'server';

async function recall(folder: string): Promise<Memory | undefined> {
  const path = join(folder, MEMORY_FILE);
  try {
    return Memory.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined;
    throw new WizardError({
      code: 'POSTGRES_FOLDER_UNREADABLE',
      message: `${path} is not readable as the note of a private PostgreSQL.`,
      remedies: [`ls -l ${path}    # another user's? then run as that user`, 'or name another folder'],
      exitCode: EXIT.usage,
      cause,
    });
  }
}

/** Writes down what the next start needs to know. */
export async function remember(folder: string, memory: Memory): Promise<void> {
  await writeFileAtomic(join(folder, MEMORY_FILE), `${JSON.stringify(memory, null, 2)}\n`, { mode: 0o600 });
}

/** A new folder with a random name that `user` can enter, owned by us: others may neither list nor fill it. */
export async function makeTemporaryFolder(prefix: string, user: ServerUser | undefined): Promise<string> {
  for (const parent of [tmpdir(), '/tmp', '/var/tmp']) {
    if (!canEnter(parent, user)) continue;
    const folder = await mkdtemp(join(parent, prefix));
    if (user !== undefined) await chmod(folder, 0o711);
    return folder;
  }
  throw new WizardError({
    code: 'POSTGRES_NO_PLACE',
    message: `The user that runs PostgreSQL (uid ${user?.uid ?? 'ours'}) can enter neither ${tmpdir()} nor /tmp.`,
    remedies: ['chmod 1777 /tmp'],
    exitCode: EXIT.usage,
  });
}

async function isPresent(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined))?.isDirectory() ?? false;
}

/** A temporary home may be gone by now, and its name taken by a stranger: it counts only while it is ours. */
async function isOurs(home: string): Promise<boolean> {
  const found = await lstat(home).catch(() => undefined);
  return found?.isDirectory() === true && found.uid === process.getuid?.();
}

async function ownerOf(dataDir: string): Promise<ServerUser | undefined> {
  const found = await lstat(dataDir).catch(() => undefined);
  return found === undefined || found.uid === 0 ? undefined : { uid: found.uid, gid: found.gid };
}

/** Makes or finds the files of the server that belongs to `path`. As root, a cluster already there keeps its owner. */
export async function openServerFolder(path: string): Promise<ServerFolder> {
  await mkdir(path, { recursive: true });
  // The server names its data folder as it was started; a link to the same folder must not make it a stranger.
  const folder = await realpath(path);
  const inside = join(folder, HOME_NAME);
  const known = await recall(folder);
  const self = await findServerUser();
  const asOwner = async (dataDir: string) =>
    self === undefined ? undefined : ((await ownerOf(dataDir)) ?? self);
  if (known?.temporaryHome !== undefined && (await isOurs(known.temporaryHome))) {
    const dataDir = join(known.temporaryHome, 'data');
    return { folder, memory: known, home: known.temporaryHome, dataDir, user: await asOwner(dataDir) };
  }
  if (known !== undefined && known.temporaryHome === undefined && (await isPresent(inside))) {
    const dataDir = join(inside, 'data');
    return { folder, memory: known, home: inside, dataDir, user: await asOwner(dataDir) };
  }
  const isInside = canEnter(folder, self);
  const home = isInside ? inside : await makeTemporaryFolder('ttm-postgres-', self);
  await mkdir(home, { recursive: true });
  await chmod(home, self === undefined ? 0o700 : 0o711);
  const memory = {
    password: randomBytes(24).toString('base64url'),
    ...(isInside ? {} : { temporaryHome: home }),
  };
  await remember(folder, memory);
  return { folder, memory, home, dataDir: join(home, 'data'), user: self };
}

/** Makes `path` a folder that belongs to the server's user alone. */
export async function makePrivateFolder(path: string, user: ServerUser | undefined): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await chmod(path, 0o700);
  if (user !== undefined) await chown(path, user.uid, user.gid);
}

/** Deletes the files of a stopped server wherever they lie, and the folder's note of them; nothing else in the folder. */
export async function removeServerFiles(path: string): Promise<void> {
  const known = await recall(path);
  if (known === undefined) return;
  if (known.temporaryHome === undefined) await rm(join(path, HOME_NAME), { recursive: true, force: true });
  else if (await isOurs(known.temporaryHome)) await rm(known.temporaryHome, { recursive: true, force: true });
  await rm(join(path, MEMORY_FILE), { force: true });
}
