// Tells cheaply whether an SQLite file has been written to: SQLite counts every transaction in its header.
import { statSync } from 'node:fs';
import { openSource } from './sqlite.js';

/** A text that differs after any committed change: sizes and times of the file and its WAL, and the schema's version. */
export function sourceStamp(file: string): string {
  const db = openSource(file);
  try {
    const schemaVersion = String(db.pragma('schema_version', { simple: true }));
    const parts = [file, `${file}-wal`].map((path) => {
      const stat = statSync(path, { throwIfNoEntry: false });
      return stat === undefined || stat.size === 0 ? '-' : `${stat.size}@${stat.mtimeMs}`;
    });
    return `${parts.join(' ')} schema ${schemaVersion}`;
  } finally {
    db.close();
  }
}
