// The URL that goes into the application's env files: any password survives the readers of the file and the parsers of the URL.
import fc from 'fast-check';
import { parse } from 'pg-connection-string';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { applicationUrl, hasEncodedDatabase } from '../../src/app/app-url.js';
import { valueOf, withValue } from '../../src/app/env-file.js';
import { nameOfTarget } from '../../src/target/connect.js';
import { bashValue } from './bash-value.js';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('the application gets', () => {
  test.each([
    ['the URL as it is', 'postgresql://u:p@h:5432/d', undefined, 'postgresql://u:p@h:5432/d'],
    ['the short scheme written out', 'postgres://u:p@h/d', undefined, 'postgresql://u:p@h/d'],
    ['the driver it was given', 'postgresql+psycopg2://u@h/d', 'pw', 'postgresql+psycopg2://u:pw@h/d'],
    [
      'the password from elsewhere',
      'postgresql://u@h/d',
      'p@ss/w:r#d',
      'postgresql://u:p%40ss%2Fw%3Ar%23d@h/d',
    ],
    ["the URL's own password first", 'postgresql://u:own@h/d', 'other', 'postgresql://u:own@h/d'],
    ['its encoding made complete', "postgresql://u:it's!*@h/d", undefined, 'postgresql://u:it%27s%21%2A@h/d'],
    ['its encoding kept', 'postgresql://u%40x:a%25b@h/d', undefined, 'postgresql://u%40x:a%25b@h/d'],
    ['a bare @ in the password encoded', 'postgresql://u:a@b@h/d', undefined, 'postgresql://u:a%40b@h/d'],
    ['no password when there is none', 'postgresql://u@h/d', undefined, 'postgresql://u@h/d'],
    ['the query kept', 'postgresql://u@h/d?a=b&c=d%20e', 'p', 'postgresql://u:p@h/d?a=b&c=d%20e'],
    [
      'odd characters of the query encoded',
      "postgresql://u:p@h/d?a=$x'y",
      undefined,
      'postgresql://u:p@h/d?a=%24x%27y',
    ],
    [
      'a password of the query left there',
      'postgresql://u@h/d?password=x',
      'y',
      'postgresql://u@h/d?password=x',
    ],
    ['a / of the database bare', 'postgresql://u:p@h/my%2Fdb', undefined, 'postgresql://u:p@h/my/db'],
    [
      'the rest of its name encoded',
      "postgresql://u:p@h/my db$'%25%23",
      undefined,
      'postgresql://u:p@h/my%20db%24%27%25%23',
    ],
    ['an IPv6 address', 'postgresql://u@[::1]:5433/d', 'p', 'postgresql://u:p@[::1]:5433/d'],
    ['a socket as a parameter', 'postgresql://u@%2Frun%2Fpg/d', 'p', 'postgresql://u:p@/d?host=/run/pg'],
    ['a socket parameter kept', 'postgresql://u@/d?host=/run/pg', 'p', 'postgresql://u:p@/d?host=/run/pg'],
  ])('%s', (_, url, password, expected) => {
    expect(applicationUrl(url, password)).toBe(expected);
  });

  test("what this process took from its environment, since the application's is another", () => {
    vi.stubEnv('PGHOST', 'db.example');
    vi.stubEnv('PGPORT', '6432');
    vi.stubEnv('PGUSER', 'moon');
    expect(applicationUrl('postgresql:///d', 'p')).toBe('postgresql://moon:p@db.example:6432/d');
  });
});

test.each([
  ['a password without a user', 'postgresql://h/d', 'topsecret'],
  ['another database', 'sqlite:///dev.db', 'topsecret'],
  ['a bare / in the password', 'postgresql://u:topsecret/x@h/d', undefined],
])('%s is refused without showing the password', (_, url, password) => {
  vi.stubEnv('PGUSER', undefined);
  expect(() => applicationUrl(url, password)).toThrow(expect.objectContaining({ code: 'BAD_TARGET_URL' }));
  expect(() => applicationUrl(url, password)).not.toThrow('topsecret');
});

// A lone surrogate is no text that a password could be sent as.
const password = fc.string({ unit: 'binary', minLength: 1, maxLength: 30 });

test('any name of a database comes out of the URL as it went in, as often as it is taken apart', () => {
  fc.assert(
    fc.property(password, (database) => {
      const once = applicationUrl(`postgresql://u:p@h/${encodeURIComponent(database)}`);
      expect(nameOfTarget(once).database).toBe(database);
      expect(applicationUrl(once)).toBe(once);
      expect(hasEncodedDatabase(once)).toBe(/[^A-Za-z0-9._~/-]/.test(database));
    }),
    { numRuns: 500 },
  );
});

test('any user and password come out of both URL parsers as they went in', () => {
  fc.assert(
    fc.property(password, password, (user, secret) => {
      const url = applicationUrl(`postgresql://${encodeURIComponent(user)}@h:5433/d?sslmode=disable`, secret);
      const parsed = parse(url);
      expect([parsed.user, parsed.password, parsed.host, parsed.port, parsed.database]).toEqual([
        user,
        secret,
        'h',
        '5433',
        'd',
      ]);
      // What SQLAlchemy does: it splits at the signs and unquotes the parts.
      const [, first = '', second = ''] =
        /^postgresql:\/\/([^:]*):([^@]*)@h:5433\/d\?sslmode=disable$/.exec(url) ?? [];
      expect([first, second].map(decodeURIComponent)).toEqual([user, secret]);
      expect(first + second).toMatch(/^[A-Za-z0-9._~%-]*$/);
    }),
    { numRuns: 1000 },
  );
});

test('any password survives an env file that a real bash sources', () => {
  const files = ['', "DATABASE_URL='a'\n", 'DATABASE_URL="a"\n', 'export DATABASE_URL=a\n'];
  fc.assert(
    fc.property(
      password,
      fc.constantFrom(...files),
      fc.constantFrom('', '?a=b&c=d'),
      (secret, file, query) => {
        const url = applicationUrl(`postgresql://u@h/d${query}`, secret);
        const contents = withValue(Buffer.from(file), 'DATABASE_URL', url);
        expect(valueOf(contents, 'DATABASE_URL')).toBe(url);
        expect(bashValue(contents)).toBe(url);
      },
    ),
    { numRuns: 100 },
  );
});
