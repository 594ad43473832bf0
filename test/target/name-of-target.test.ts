// What is understood of a target's URL, and shown of it.
import { describe, expect, it } from 'vitest';
import { nameOfTarget, passwordOf, showTarget } from '../../src/target/connect.js';

describe('the URL of a target', () => {
  it('without a port means the port 5432', () => {
    expect(showTarget(nameOfTarget('postgresql://moon@db.example/ttm'))).toBe('moon@db.example:5432/ttm');
  });

  it('without a password has none, so that PGPASSWORD and pgpass are asked', () => {
    expect(passwordOf('postgresql://moon@db.example/ttm')).toBeUndefined();
    expect(passwordOf('postgresql://moon:p%40ss@db.example/ttm')).toBe('p@ss');
  });

  it.each([
    ['my%2Fdb', 'my/db'],
    ['my/db', 'my/db'],
    ['50%25%20%23%3F', '50% #?'],
    ['a%252Fb', 'a%2Fb'],
    ['m%C3%BCnchen', 'münchen'],
    ['..', '..'],
  ])('with the path %s names the database %s, as libpq reads it', (path, database) => {
    expect(nameOfTarget(`postgresql://moon@db.example/${path}?sslmode=disable`).database).toBe(database);
  });

  it('with a % that begins no escape is refused', () => {
    expect(() => nameOfTarget('postgresql://moon@db.example/50%')).toThrow('cannot be parsed');
  });

  it('with a bare / ? or # in the password is refused, and no part of it is quoted', () => {
    for (const password of ['12/34', '12?34', '12#34', 'p@ss/w', 'p@ss#w']) {
      const url = `postgresql://moon:${password}@db.example/ttm`;
      expect(() => nameOfTarget(url)).toThrow(
        /^the target URL cannot be parsed; characters such as [^0-9]*$/,
      );
    }
  });
});
