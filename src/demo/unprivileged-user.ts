// Who runs the private PostgreSQL: PostgreSQL refuses to start as root, so root hands it to a user without rights.
// Everybody else runs it as themselves.
import { spawnSync } from 'node:child_process';
import { execa } from 'execa';
import { EXIT, WizardError } from '../errors.js';

/** The account of PostgreSQL's processes; undefined when it is simply our own. */
export interface ServerUser {
  uid: number;
  gid: number;
}

const CANDIDATES = ['postgres', 'nobody'];

async function lookUp(name: string): Promise<ServerUser | undefined> {
  const ask = (flag: '-u' | '-g') => execa('id', [flag, name], { reject: false });
  const [uid, gid] = [await ask('-u'), await ask('-g')];
  if (uid.failed || gid.failed) return undefined;
  const user = { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  return Number.isInteger(user.uid) && Number.isInteger(user.gid) && user.uid > 0 ? user : undefined;
}

/** The user that runs PostgreSQL's processes: undefined unless we are root. Throws POSTGRES_NO_USER. */
export async function findServerUser(): Promise<ServerUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of CANDIDATES) {
    const user = await lookUp(name);
    if (user !== undefined) return user;
  }
  throw new WizardError({
    code: 'POSTGRES_NO_USER',
    message:
      'PostgreSQL refuses to run as root, and neither user postgres nor nobody exists to run it instead.',
    remedies: ['useradd --system postgres'],
    exitCode: EXIT.usage,
  });
}

/**
 * Options for a child process that becomes `user`. The environment is built anew: ours may hold secrets that `user` must not
 * read in /proc, PG* variables that would redirect the server, and a HOME that `user` cannot enter.
 */
export function asServerUser(user: ServerUser | undefined, cwd = '/') {
  const { PATH = '/usr/bin:/bin', LD_LIBRARY_PATH, TZ } = process.env;
  return {
    cwd,
    env: {
      PATH,
      LC_ALL: 'C',
      HOME: cwd,
      ...(LD_LIBRARY_PATH === undefined ? {} : { LD_LIBRARY_PATH }),
      ...(TZ === undefined ? {} : { TZ }),
    },
    ...user,
  };
}

/** Whether `user` may go into `folder`; asked of the kernel, since mode bits alone say nothing of ACLs and mounts. */
export function canEnter(folder: string, user: ServerUser | undefined): boolean {
  const script = 'cd -- "$1" 2>/dev/null';
  return (
    spawnSync('/bin/sh', ['-c', script, 'sh', folder], { ...asServerUser(user), stdio: 'ignore' }).status ===
    0
  );
}
