// The password that libpq's password file (~/.pgpass, PGPASSFILE) has for a target.
import { createRequire } from 'node:module';
import type { TargetName } from './connect.js';

/** Undefined when there is no file, no entry, or the file is readable by others and therefore ignored. */
export async function pgpassPassword(name: TargetName): Promise<string | undefined> {
  const pgpass: unknown = createRequire(import.meta.url)('pgpass');
  if (typeof pgpass !== 'function') throw new TypeError('pgpass has changed its form');
  return new Promise((resolve) => {
    const answer = (password: unknown): void => resolve(typeof password === 'string' ? password : undefined);
    Reflect.apply(pgpass, undefined, [{ ...name }, answer]);
  });
}
