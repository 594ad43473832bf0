// A real bash as the judge of an env file.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What bash has in DATABASE_URL after `source` of a file with these contents; undefined when it is not set. */
export function bashValue(contents: Buffer): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'ttm-env-'));
  const file = join(folder, 'source.env');
  writeFileSync(file, contents);
  const script = 'set -a; source "$1"; [ "${DATABASE_URL+set}" ] && printf "<%s>" "$DATABASE_URL"';
  const { stdout } = spawnSync('bash', ['--norc', '-c', script, 'bash', file], { env: {}, encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  return /^<(.*)>$/s.exec(stdout)?.[1];
}
