// Which database the env files name, in every form that SQLAlchemy takes, and whether that is the source.
import { linkSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Use, databaseInUse, useOf } from '../../src/app/database-in-use.js';

const TARGET = 'postgresql://app:topsecret@db.example:5433/moon';
const KEY = 'DATABASE_URL';

/** `home/srv/app/dev.db` is the source; `home` has no symbolic link in it. */
let home: string;
let source: string;

beforeAll(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'ttm-in-use-')));
  mkdirSync(join(home, 'srv/app'), { recursive: true });
  mkdirSync(join(home, 'srv/a b'));
  source = join(home, 'srv/app/dev.db');
  for (const name of ['srv/app/dev.db', 'srv/app/other.db', 'srv/a b/dev.db', 'srv/a b/odd%41.db'])
    writeFileSync(join(home, name), '');
  writeFileSync(join(home, 'srv/a b/oddA.db'), '');
  symlinkSync(source, join(home, 'srv/link.db'));
  symlinkSync(join(home, 'srv/app'), join(home, 'srv/current'));
  linkSync(source, join(home, 'srv/hard.db'));
});
afterAll(() => rmSync(home, { recursive: true }));

describe('a URL of SQLite', () => {
  // HOME is replaced; the source is HOME/srv/app/dev.db.
  const cases: readonly (readonly [url: string, use: Use])[] = [
    ['sqlite:///HOME/srv/app/dev.db', 'source'],
    ['sqlite+pysqlite:///HOME/srv/app/dev.db', 'source'],
    ['sqlite+aiosqlite:///HOME/srv/app/dev.db?timeout=30&check_same_thread=false', 'source'],
    ['SQLite:///HOME/srv/app/dev.db', 'source'],
    ['sqlite:///HOME/srv/app/../app/./dev.db', 'source'],
    ['sqlite:////HOME/srv//app/dev.db', 'source'],
    ['sqlite:///HOME/srv/app/dev%2Edb', 'source'],
    ['sqlite:///HOME/srv/link.db', 'source'],
    ['sqlite:///HOME/srv/current/dev.db', 'source'],
    ['sqlite:///HOME/srv/hard.db', 'source'],
    ['sqlite:///file:HOME/srv/app/dev.db?mode=rw&uri=true', 'source'],
    ['sqlite:///file://HOME/srv/app/dev.db?uri=true', 'source'],
    ['sqlite:///file://localhostHOME/srv/app/dev.db?uri=true', 'source'],
    ['sqlite:///HOME/srv/app/other.db', 'other file'],
    ['sqlite:///HOME/srv/app/dev.db.old', 'other file'],
    ['sqlite:///HOME/srv/app/missing.db', 'other file'],
    ['sqlite:///HOME/missing/dev.db', 'other file'],
    ['sqlite:///HOME/srv/a%20b/dev.db', 'other file'],
    ['sqlite:///HOME/srv/app', 'other file'],
    ['sqlite:///HOME/srv/app/%zz.db', 'other file'],
    ['sqlite:///dev.db', 'perhaps source'],
    ['sqlite:///./dev.db', 'perhaps source'],
    ['sqlite:///app/dev.db', 'perhaps source'],
    ['sqlite:///../app/dev.db', 'perhaps source'],
    ['sqlite:///srv/app/../app//dev.db', 'perhaps source'],
    ['sqlite+pysqlite:///dev%2Edb?timeout=3', 'perhaps source'],
    ['sqlite:///file:dev.db?uri=true', 'perhaps source'],
    // Three slashes where four are meant: right for an application that runs in /.
    ['sqlite://HOME/srv/app/dev.db', 'perhaps source'],
    ['sqlite:///v.db', 'other file'],
    ['sqlite:///other.db', 'other file'],
    ['sqlite:///other/dev.db', 'other file'],
    ['sqlite:///x/HOME/srv/app/dev.db', 'other file'],
    ['sqlite:///${DATA}/dev.db', 'other file'],
    ['sqlite:///..', 'other file'],
    ['sqlite://', 'other file'],
    ['sqlite:///', 'other file'],
    ['sqlite:///:memory:', 'other file'],
    ['sqlite://host/dev.db', 'other file'],
  ];

  it.each(cases)('%s: %s', (url, use) => {
    expect(useOf(url.replace('HOME', home), { source, target: TARGET })).toBe(use);
  });

  it('is the source whatever name the source is given by', () => {
    for (const name of ['srv/link.db', 'srv/current/dev.db', 'srv/hard.db']) {
      const sides = { source: join(home, name), target: TARGET };
      expect(useOf(`sqlite:///${source}`, sides), name).toBe('source');
    }
    const linked = { source: join(home, 'srv/link.db'), target: TARGET };
    expect(['link.db', 'dev.db', 'hard.db'].map((name) => useOf(`sqlite:///${name}`, linked))).toEqual([
      'perhaps source',
      'perhaps source',
      'other file',
    ]);
  });

  it('names a file with odd characters, escaped or not, but never two files at once', () => {
    const sides = { source: join(home, 'srv/a b/dev.db'), target: TARGET };
    expect(useOf(`sqlite:///${home}/srv/a b/dev.db`, sides)).toBe('source');
    expect(useOf(`sqlite:///${home}/srv/a%20b/dev.db`, sides)).toBe('source');
    const odd = { source: join(home, 'srv/a b/odd%41.db'), target: TARGET };
    expect(useOf(`sqlite:///${home}/srv/a b/odd%41.db`, odd)).toBe('other file');
    expect(useOf(`sqlite:///${home}/srv/a b/odd%2541.db`, odd)).toBe('source');
  });
});

describe('a URL of another kind', () => {
  const cases: readonly (readonly [url: string, use: Use])[] = [
    [TARGET, 'target'],
    ['postgres://somebody@DB.example:5433/moon', 'target'],
    ['postgresql+psycopg2://app:other@db.example:5433/moon?connect_timeout=3', 'target'],
    ['postgresql://app@db.example:5433/moon2', 'other PostgreSQL'],
    ['postgresql://app@db.example/moon', 'other PostgreSQL'],
    ['postgresql://app@db2.example:5433/moon', 'other PostgreSQL'],
    ['postgresql://app:p@ss/w#rd@db.example:5433/moon', 'other PostgreSQL'],
    ['mysql+pymysql://app@db.example/moon', 'other kind'],
    ['/srv/app/dev.db', 'other kind'],
    ['file:dev.db', 'other kind'],
  ];

  it.each(cases)('%s: %s', (url, use) => {
    expect(useOf(url, { source, target: TARGET })).toBe(use);
  });

  it('names the target by any name of this machine', () => {
    const target = 'postgresql://app@localhost:5433/moon';
    expect(useOf('postgresql://app@127.0.0.1:5433/moon', { source, target })).toBe('target');
    expect(useOf('postgresql://app@10.0.0.1:5433/moon', { source, target })).toBe('other PostgreSQL');
  });
});

describe('several env files', () => {
  const named = (...contents: readonly (string | undefined)[]): unknown => {
    const files = contents.map((text, i) => {
      const file = join(home, `${i}.env`);
      rmSync(file, { force: true });
      if (text !== undefined) writeFileSync(file, text);
      return file;
    });
    return databaseInUse(files, KEY, { source, target: TARGET });
  };

  it('are read from the strongest, and the last line of a file counts', () => {
    const [one, two] = ['DATABASE_URL=sqlite:///other.db\n', 'DATABASE_URL=sqlite:///dev.db\n'];
    expect(named(one, two)).toMatchObject({ use: 'other file', path: join(home, '0.env') });
    expect(named(undefined, two)).toMatchObject({ use: 'perhaps source', path: join(home, '1.env') });
    expect(named(`#${one}A=1\n`, two)).toMatchObject({ use: 'perhaps source', path: join(home, '1.env') });
    expect(named(one + two)).toMatchObject({ use: 'perhaps source', path: join(home, '0.env') });
  });

  it('that do not set the key, or to nothing, leave it to the application', () => {
    expect(named(undefined, undefined)).toBeUndefined();
    expect(named('A=1\n# DATABASE_URL=sqlite:///other.db\n', 'DATABASE_URL_OLD=x\n')).toBeUndefined();
    expect(named('DATABASE_URL=\n', 'DATABASE_URL=sqlite:///other.db\n')).toBeUndefined();
  });

  it('tell the other file as something to type, where it is one', () => {
    const otherFile = join(home, 'srv/app/other.db');
    expect(named(`DATABASE_URL=sqlite:///${otherFile}\n`)).toMatchObject({ otherFile });
    for (const url of ['sqlite:///other.db', `sqlite:///${otherFile};id`, `sqlite:///${source}`])
      expect(named(`DATABASE_URL=${url}\n`)).toMatchObject({ otherFile: undefined });
  });

  it('are shown without a password and without a control character', () => {
    const shown = 'postgresql://app:***@db/moon?';
    expect(named('DATABASE_URL="postgresql://app:hidden@db/moon\u0007"\n')).toMatchObject({ shown });
    expect(JSON.stringify(named('DATABASE_URL=mysql://app:hidden@db/moon\n'))).not.toContain('hidden');
  });
});
