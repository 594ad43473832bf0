// Whether the application can reach its own files: something done as root, a restored copy or a shell opened with sudo, leaves files
// that belong to root, and the application fails at its next start, which would look like the fault of the switch-over.
import { realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Finding } from '../events.js';

/** A file as stat(2) describes it. */
export interface OwnedFile {
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

const SIBLINGS = ['-wal', '-shm', '-journal'];
/** What systemd itself reads, as root, for EnvironmentFile=. */
const READ_BY_SYSTEMD = /^\/etc\//;

/** Warnings, or one finding that all is well; none when the source cannot be looked at, which other checks tell. */
export function checkOwners(source: string, envFiles: readonly string[]): Finding[] {
  const real = realPathOf(source);
  const [file, folder] = [look(real), look(dirname(real))];
  if (file === undefined || folder === undefined) return [];
  const siblings = SIBLINGS.map((suffix) => look(real + suffix)).filter((found) => found !== undefined);
  const others = envFiles.map(look).filter((found) => found !== undefined);
  return ownerFindings({ file, folder, siblings, envFiles: others });
}

function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** Undefined for what is not there, or may not be looked at. */
function look(path: string): OwnedFile | undefined {
  try {
    const { mode, uid, gid } = statSync(path);
    return { path, mode, uid, gid };
  } catch {
    return undefined;
  }
}

/** The same of files that have been looked at. The application is taken to run as the owner of its database file. */
export function ownerFindings(files: {
  readonly file: OwnedFile;
  readonly folder: OwnedFile;
  readonly siblings: readonly OwnedFile[];
  readonly envFiles: readonly OwnedFile[];
}): Finding[] {
  const { file, folder, siblings, envFiles } = files;
  const warnings = [
    ...(file.uid === 0 && folder.uid !== 0
      ? [
          warning(`${file.path} belongs to root, its folder to user ${folder.uid}`, [
            `chown --reference=${folder.path} ${file.path}    when the application does not run as root`,
          ]),
        ]
      : []),
    ...siblings
      .filter(({ uid }) => uid === 0 && file.uid !== 0)
      .map(({ path }) =>
        warning(`${path} belongs to root, ${file.path} to user ${file.uid}: the application cannot write`, [
          `chown --reference=${file.path} ${path}`,
        ]),
      ),
    ...envFiles
      .filter((env) => env.uid === 0 && !READ_BY_SYSTEMD.test(env.path) && !canRead(env, file))
      .map(({ path }) =>
        warning(`${path} belongs to root, and user ${file.uid}, who owns ${file.path}, cannot read it`, [
          `chgrp ${file.gid} ${path} && chmod g+r ${path}    when the application reads it itself`,
        ]),
      ),
  ];
  if (warnings.length > 0) return warnings;
  return [
    {
      severity: 'ok',
      code: 'owners',
      message: 'no file of the application is held back by root',
      remedies: [],
    },
  ];
}

function warning(message: string, remedies: readonly string[]): Finding {
  return { severity: 'warning', code: 'owners', message, remedies: [...remedies] };
}

/** By the first class that the user falls into, as path_resolution(7) has it; root reads everything. */
function canRead({ mode, uid, gid }: OwnedFile, user: Pick<OwnedFile, 'uid' | 'gid'>): boolean {
  if (user.uid === 0) return true;
  if (user.uid === uid) return (mode & 0o400) !== 0;
  return (mode & (user.gid === gid ? 0o040 : 0o004)) !== 0;
}
