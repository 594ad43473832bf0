// On what the wizard runs, for the report: versions and the machine's size. Never the machine's name, nor anybody's.
import { readFileSync } from 'node:fs';
import os from 'node:os';
import type { Environment } from '../events.js';
import { packageVersion } from '../package-root.js';
import { Database } from '../source/sqlite-driver.js';

/** What is known without asking a server. */
export function environmentHere(): Environment {
  return {
    wizard: packageVersion(),
    node: process.versions.node,
    sqlite: sqliteVersion(),
    system: `${distribution() ?? os.type()}, ${os.type()} ${os.release()} ${os.arch()}`,
    cores: os.availableParallelism(),
    memoryBytes: memoryBytes(),
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  };
}

/** Of the SQLite that reads the source here, which is not the one that the application brings. */
function sqliteVersion(): string {
  const db = new Database(':memory:');
  try {
    return String(db.prepare('SELECT sqlite_version()').pluck().get());
  } finally {
    db.close();
  }
}

/** `Debian GNU/Linux 12 (bookworm)`, as os-release(5) has it; undefined where there is none. */
function distribution(): string | undefined {
  try {
    return /^PRETTY_NAME="?([^"\n]+)"?$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}

/** What a container may use, where it is given less than the machine has. */
function memoryBytes(): number {
  const limit = process.constrainedMemory();
  return limit > 0 && limit < os.totalmem() ? limit : os.totalmem();
}
