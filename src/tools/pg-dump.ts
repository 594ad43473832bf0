// Finds pg_dump and pg_restore: on PATH, and in the places where Debian and others keep the versions side by side.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runChild } from '../app/child.js';

export interface PgDump {
  readonly pgDump: string;
  readonly pgRestore: string;
  readonly version: string;
  readonly major: number;
}

const ANSWER_WITHIN_MS = 10_000;
const FOLDERS = ['/usr/lib/postgresql', '/opt/homebrew/opt', '/usr/local/opt'];

/** The oldest pg_dump that is not older than the server (server_version_num), else the newest; undefined when there is none. */
export async function findPgDump(serverVersionNum: number | undefined): Promise<PgDump | undefined> {
  const candidates = ['', ...FOLDERS.flatMap(versionedFolders)];
  const found: PgDump[] = [];
  for (const folder of candidates) {
    const candidate = await probe(folder);
    if (candidate !== undefined) found.push(candidate);
  }
  found.sort((a, b) => a.major - b.major);
  const needed = Math.floor((serverVersionNum ?? 0) / 10_000);
  return found.find(({ major }) => major >= needed) ?? found.at(-1);
}

function versionedFolders(parent: string): string[] {
  try {
    return readdirSync(parent)
      .filter((name) => /^(\d+|postgresql.*|libpq)$/.test(name))
      .map((name) => join(parent, name, 'bin'));
  } catch {
    return [];
  }
}

async function probe(folder: string): Promise<PgDump | undefined> {
  const pgDump = join(folder, 'pg_dump');
  const { exitCode, stdout } = await runChild(pgDump, ['--version'], { timeoutMs: ANSWER_WITHIN_MS });
  if (exitCode !== 0) return undefined;
  const version = /(\d+(?:\.\d+)*)/.exec(stdout)?.[1];
  if (version === undefined) return undefined;
  return { pgDump, pgRestore: join(folder, 'pg_restore'), version, major: Number.parseInt(version, 10) };
}
