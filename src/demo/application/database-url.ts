// Which database the application uses: DATABASE_URL of the first env file that has it, else dev.db in the working folder. The
// process environment is not consulted, so that a test or a demo cannot be led astray by the shell it runs in.
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

export type DatabaseUrl =
  { readonly kind: 'sqlite'; readonly path: string } | { readonly kind: 'postgres'; readonly url: string };

const DEFAULT_URL = 'sqlite:///dev.db';

/** DATABASE_URL by precedence; a file that does not exist has none, as with python-dotenv. */
export function readDatabaseUrl(envFiles: readonly string[]): string {
  for (const file of envFiles) {
    const url = existsSync(file) ? valueIn(readFileSync(file, 'utf8'), 'DATABASE_URL') : undefined;
    if (url !== undefined) return url;
  }
  return DEFAULT_URL;
}

/** The last value of a key, as python-dotenv and systemd read it; undefined where only comments name it. */
function valueIn(text: string, key: string): string | undefined {
  let value: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    const [, name, written = ''] = /^\s*(?:export\s+)?(\w+)\s*=\s*(.*)$/.exec(line) ?? [];
    if (name === key) value = unquote(written);
  }
  return value;
}

function unquote(written: string): string {
  const [, inDouble] = /^"((?:[^"\\]|\\.)*)"/.exec(written) ?? [];
  if (inDouble !== undefined) return inDouble.replace(/\\(.)/g, '$1');
  const [, inSingle] = /^'([^']*)'/.exec(written) ?? [];
  return inSingle ?? written.replace(/(?:^|\s+)#.*$/, '').trimEnd();
}

/**
 * The forms that SQLAlchemy takes here: sqlite:///relative, sqlite:////absolute, postgresql:// and postgresql+psycopg2://.
 * Throws RangeError for any other, without quoting it: it may hold a password.
 */
export function parseDatabaseUrl(url: string): DatabaseUrl {
  const [, path] = /^sqlite:\/\/\/([^?]+)/.exec(url) ?? [];
  if (path !== undefined) return { kind: 'sqlite', path: resolve(path) };
  if (/^postgresql(?:\+psycopg2)?:\/\//.test(url))
    return { kind: 'postgres', url: url.replace(/^postgresql\+psycopg2:/, 'postgresql:') };
  throw new RangeError('DATABASE_URL begins with neither sqlite:/// nor postgresql://');
}
