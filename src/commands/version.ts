// The answer to --version: everything that a bug report needs to name. It shall be there in 150 ms.
import { messageOf } from '../errors.js';
import { driverFor, installed } from '../source/driver-choice.js';
import { packageVersion } from '../package-root.js';
import { loadSqlite } from './native-module.js';

export async function versionText(): Promise<string> {
  const driver = installed(driverFor(process.versions.node))?.version ?? '';
  const sqlite = await loadSqlite().then(
    (version) => `better-sqlite3 ${driver}, SQLite ${version}`,
    (error: unknown) => messageOf(error).split('\n')[0],
  );
  const platform = `${process.platform}-${process.arch}`;
  return [`ttm-wizard ${packageVersion()}`, `Node ${process.version}`, sqlite, platform].join('\n');
}
