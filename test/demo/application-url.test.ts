// Which database the application takes: the precedence and the forms of the real one.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { parseDatabaseUrl, readDatabaseUrl } from '../../src/demo/application/database-url.js';

const folder = mkdtempSync(join(tmpdir(), 'ttm-url-'));
let count = 0;

function envFile(text: string): string {
  const file = join(folder, `${++count}.env`);
  writeFileSync(file, text);
  return file;
}

afterEach(() => {
  delete process.env['DATABASE_URL'];
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('DATABASE_URL', () => {
  it('comes from the first env file that has it', () => {
    const without = envFile('APP_ENV=prod\n# DATABASE_URL=sqlite:///commented.db\n');
    const first = envFile('DATABASE_URL=sqlite:///first.db\n');
    const second = envFile('DATABASE_URL=sqlite:///second.db\n');
    expect(readDatabaseUrl([without, first, second])).toBe('sqlite:///first.db');
    expect(readDatabaseUrl([second, first])).toBe('sqlite:///second.db');
  });

  it('is dev.db in the working folder when no file has it, or there is none', () => {
    expect(readDatabaseUrl([])).toBe('sqlite:///dev.db');
    expect(readDatabaseUrl([envFile('LOG_LEVEL=info\n'), join(folder, 'nowhere.env')])).toBe(
      'sqlite:///dev.db',
    );
  });

  it('is never taken from the process environment', () => {
    process.env['DATABASE_URL'] = 'sqlite:///from-the-shell.db';
    expect(readDatabaseUrl([])).toBe('sqlite:///dev.db');
  });

  it.each([
    ['DATABASE_URL=sqlite:///a.db', 'sqlite:///a.db'],
    ['export DATABASE_URL=sqlite:///a.db', 'sqlite:///a.db'],
    ['  DATABASE_URL = sqlite:///a.db  ', 'sqlite:///a.db'],
    ['DATABASE_URL="sqlite:///with space.db"', 'sqlite:///with space.db'],
    ['DATABASE_URL="sqlite:///a\\"b\\\\c.db" # why', 'sqlite:///a"b\\c.db'],
    ["DATABASE_URL='sqlite:///a#b$c.db'", 'sqlite:///a#b$c.db'],
    ['DATABASE_URL=sqlite:///a.db # the old one', 'sqlite:///a.db'],
    ['DATABASE_URL=postgresql://u:p#q@h/d', 'postgresql://u:p#q@h/d'],
    ['A=1\r\nDATABASE_URL=sqlite:///a.db\r\nB=2\r\n', 'sqlite:///a.db'],
    ['DATABASE_URL=sqlite:///old.db\nDATABASE_URL=sqlite:///a.db\n', 'sqlite:///a.db'],
    ['SQLITE_DATABASE_URL=sqlite:///other.db\nDATABASE_URL=sqlite:///a.db\n', 'sqlite:///a.db'],
  ])('is read from %j', (text, url) => {
    expect(readDatabaseUrl([envFile(text)])).toBe(url);
  });
});

describe('the forms of a URL', () => {
  it.each([
    ['sqlite:///dev.db', resolve('dev.db')],
    ['sqlite:///./dev.db', resolve('dev.db')],
    ['sqlite:////srv/tothemoon/dev.db', '/srv/tothemoon/dev.db'],
    ['sqlite:////srv/dev.db?check_same_thread=false', '/srv/dev.db'],
  ])('%s is the file %s', (url, path) => {
    expect(parseDatabaseUrl(url)).toEqual({ kind: 'sqlite', path });
  });

  it.each(['postgresql://u:p@h:5432/d', 'postgresql+psycopg2://u:p@h:5432/d'])(
    '%s is a PostgreSQL server, by the name its driver understands',
    (url) => {
      expect(parseDatabaseUrl(url)).toEqual({ kind: 'postgres', url: 'postgresql://u:p@h:5432/d' });
    },
  );

  it.each([
    'mysql://u:secret@h/d',
    'postgres://u:secret@h/d',
    'sqlite:dev.db',
    'postgresql+asyncpg://u:secret@h/d',
    '',
  ])('%j is refused without being quoted', (url) => {
    expect(() => parseDatabaseUrl(url)).toThrow(
      /^DATABASE_URL begins with neither sqlite:\/\/\/ nor postgresql:\/\/$/,
    );
  });
});
