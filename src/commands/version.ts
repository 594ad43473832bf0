// The answer to --version: everything that a bug report needs to name. It shall be there in 150 ms.
import { messageOf } from '../errors.js';
import { packageVersion } from '../package-root.js';
import { loadSqlite } from './native-module.js';

export async function versionText(): Promise<string> {
  const sqlite = await loadSqlite().then(
    (version) => `SQLite ${version}`,
    (error: unknown) => messageOf(error).split('\n')[0],
  );
  const platform = `${process.platform}-${process.arch}`;
  return [`ttm-wizard ${packageVersion()}`, `Node ${process.version}`, sqlite, platform].join('\n');
}
