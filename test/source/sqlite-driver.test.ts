// Which better-sqlite3 is used on which Node, and what is said when it cannot be.
import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { type Driver, driverError, driverFor, installed } from '../../src/source/driver-choice.js';
import { Database } from '../../src/source/sqlite-driver.js';

const require = createRequire(import.meta.url);

describe('the SQLite of a Node', () => {
  test.each([
    ['20.12.0', 'better-sqlite3'],
    ['22.0.0', 'better-sqlite3-napi'],
    ['24.19.0', 'better-sqlite3-napi'],
    ['26.1.0', 'better-sqlite3-napi'],
  ])('%s is %s', (node, driver) => {
    expect(driverFor(node)).toBe(driver);
  });

  test('is the one that is loaded, and works', () => {
    expect(Database).toBe(require(driverFor(process.versions.node)));
    const db = new Database(':memory:');
    expect(db.prepare('SELECT sqlite_version()').pluck().get()).toMatch(/^3\.\d+\.\d+$/);
    db.close();
  });

  test('says in its own package.json that it is for this Node', () => {
    const major = Number.parseInt(process.versions.node, 10);
    expect(installed(driverFor(process.versions.node))?.node).toMatch(
      major >= 22 ? /^>=22/ : new RegExp(`\\b${major}\\.x`),
    );
  });
});

describe('the error of a SQLite that cannot be used', () => {
  test.each<Driver>(['better-sqlite3', 'better-sqlite3-napi'])('for %s has lines to type', (driver) => {
    const cause = new Error('first line\nRequire stack:');
    const error = driverError(driver, cause);
    expect([error.code, error.exitCode, error.cause]).toEqual(['NATIVE_MODULE', 2, cause]);
    expect(error.message).not.toContain('Require stack');
    expect(error.message).toContain(`Node ${process.version}`);
    expect(error.remedies.length).toBeGreaterThan(0);
  });
});
