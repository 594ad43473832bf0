// One env file on disk before it is changed: where it really lies behind symbolic links, what it holds, whose it is, and
// whether this process can replace it at all.
import {
  accessSync,
  constants,
  lstatSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { EXIT, WizardError, codeOf, messageOf } from '../errors.js';
import type { Ownership } from './replace-file.js';

export interface EnvPlace {
  /** As the person or the plan names it. */
  readonly path: string;
  /** The file itself, behind every symbolic link. */
  readonly realPath: string;
  readonly existed: boolean;
  /** Empty for a file that is not there. */
  readonly contents: Buffer;
  readonly ownership: Ownership;
  /** Names of the file on the disk; more than one means hard links, which a replaced file leaves. */
  readonly links: number;
}

/** Reads the file; one that does not exist is no error, a folder that does not is. Throws ENV_FILE (exit 3). */
export function readPlace(path: string): EnvPlace {
  try {
    const realPath = realPathOf(path);
    const state = statSync(realPath, { throwIfNoEntry: false });
    if (state === undefined) return missing(path, realPath);
    if (!state.isFile()) throw new RangeError('it is not a regular file');
    const { mode, uid, gid, nlink: links } = state;
    const ownership = { mode: mode & 0o7777, uid, gid };
    return { path, realPath, existed: true, contents: readFileSync(realPath), ownership, links };
  } catch (error) {
    throw envFileError(
      `${path} cannot be read: ${reasonOf(error)}`,
      [`ls -ld ${path}`],
      EXIT.preflight,
      error,
    );
  }
}

/** The places of the files, each file once even when two names lead to it, in the order given. */
export function readPlaces(paths: readonly string[]): EnvPlace[] {
  const places = new Map<string, EnvPlace>();
  for (const place of paths.map(readPlace)) {
    if (!places.has(place.realPath)) places.set(place.realPath, place);
  }
  return [...places.values()];
}

/** A new file belongs to whoever owns its folder: the application must be able to read it. */
function missing(path: string, realPath: string): EnvPlace {
  const { uid, gid } = statSync(dirname(realPath));
  const owner = process.geteuid?.() === 0 ? { uid, gid } : { uid: self().uid, gid: self().gid };
  return {
    path,
    realPath,
    existed: false,
    contents: Buffer.alloc(0),
    ownership: { mode: 0o600, ...owner },
    links: 0,
  };
}

/** Throws ENV_FILE (exit 3) when the file cannot be replaced by one with the same owner. Changes nothing. */
export function requireReplaceable(place: EnvPlace): void {
  const { path, realPath, ownership } = place;
  const folder = dirname(realPath);
  const asRoot = `run the wizard as root (sudo), or give this user ${folder} and ${basename(realPath)}`;
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw envFileError(
      `${path} cannot be replaced: ${reasonOf(error)}`,
      [asRoot, `ls -ld ${folder}`],
      EXIT.preflight,
      error,
    );
  }
  const { uid, gid, groups } = self();
  if (uid === 0) return;
  if (ownership.uid !== uid || (ownership.gid !== gid && !groups.includes(ownership.gid))) {
    const owner = `${ownership.uid}:${ownership.gid}`;
    throw envFileError(`${path} belongs to ${owner}, which only root can keep`, [asRoot], EXIT.preflight);
  }
}

/** The error for a file that cannot be read, changed or put back. */
export function envFileError(
  message: string,
  remedies: readonly string[],
  exitCode: WizardError['exitCode'],
  cause?: unknown,
): WizardError {
  return new WizardError({ code: 'ENV_FILE', message, remedies, exitCode, cause });
}

/** What went wrong, in words; the system's messages name files, never what is in them. */
export function reasonOf(error: unknown): string {
  const words: Readonly<Record<string, string>> = {
    ENOENT: 'its folder does not exist',
    ENOTDIR: 'a part of its path is not a folder',
    EACCES: 'this user may not',
    EROFS: 'the file system is mounted read-only',
    EPERM: 'the system forbids it, perhaps by the immutable attribute (lsattr)',
    EBUSY: 'it is a mount point of its own',
    ELOOP: 'its symbolic links lead in a circle',
  };
  const code = codeOf(error);
  const word = code === undefined ? undefined : words[code];
  return word === undefined || code === undefined ? messageOf(error) : `${word} (${code})`;
}

/** Follows links also to a file that is not there yet, which `realpath` refuses. */
export function realPathOf(path: string, depth = 0): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || depth > 40) throw error;
  }
  const place = join(realpathSync(dirname(resolve(path))), basename(path));
  const isLink = lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  return isLink ? realPathOf(resolve(dirname(place), readlinkSync(place)), depth + 1) : place;
}

function self(): { uid: number; gid: number; groups: readonly number[] } {
  return {
    uid: process.geteuid?.() ?? 0,
    gid: process.getegid?.() ?? 0,
    groups: process.getgroups?.() ?? [],
  };
}
