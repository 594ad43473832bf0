// The database URL that the application gets: with nothing in it that systemd, bash, python-dotenv, SQLAlchemy and libpq read
// differently, and reaching the same server without this process's environment.
import { WizardError } from '../errors.js';
import { nameOfTarget, passwordOf } from '../target/connect.js';

const PARTS = /^postgres(?:ql)?(\+\w+)?:\/\/(?:[^/?#]*@)?([^@/?#]*)(?:\/[^?#]*)?(?:\?(.*))?$/s;

/**
 * `url` with user, password and database percent-encoded down to `[A-Za-z0-9._~-]`; scheme `postgresql`, a `+driver` kept. `password` is for
 * a URL that holds none: one in the URL is the one that the wizard itself connects with, so it stays. What the URL leaves
 * to PGHOST, PGPORT and PGUSER is written out. Throws BAD_TARGET_URL (exit 2) without quoting the URL.
 */
export function applicationUrl(url: string, password?: string): string {
  const name = nameOfTarget(url);
  const parts = PARTS.exec(url);
  if (parts === null) throw badUrl('cannot be taken apart');
  const [, driver = '', written = '', query] = parts;
  const parameters = query === undefined ? [] : query.split('&').filter((one) => one !== '');
  const has = (parameter: string): boolean => parameters.some((one) => one.startsWith(`${parameter}=`));
  const secret = has('password') ? undefined : (passwordOf(url) ?? password);
  const user = has('user') ? '' : name.user;
  if (secret !== undefined && user === '') {
    throw badUrl(has('user') ? 'has its user behind the ?, and must have it before the @' : 'names no user');
  }
  const userinfo = `${encode(user)}${secret === undefined ? '' : `:${encode(secret)}`}`;
  // A socket folder before the / is understood by libpq, not by SQLAlchemy; both take it as a parameter.
  const socket = name.host.startsWith('/') && !has('host') ? [`host=${name.host}`] : [];
  const host = name.host.startsWith('/') || has('host') ? '' : hostOf(written, name);
  const all = [...socket, ...parameters].map(encodeParameter).join('&');
  return `postgresql${driver}://${userinfo === '' ? '' : `${userinfo}@`}${host}/${encodeDatabase(name.database)}${all === '' ? '' : `?${all}`}`;
}

function hostOf(written: string, name: { readonly host: string; readonly port: number }): string {
  const host = written.replace(/:\d*$/, '');
  const hasPort = host !== written || name.port !== 5432;
  return `${host === '' ? name.host : host}${hasPort ? `:${name.port}` : ''}`;
}

/** Percent-encodes everything but letters, digits and `._~-`. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, hex);
}

/** A / of the name stays: every parser takes the whole path, and SQLAlchemy before 2.1 decodes none of it. */
function encodeDatabase(name: string): string {
  return name.split('/').map(encode).join('/');
}

/** Whether the URL spells the database in a way that not every application reads; see encodeDatabase. */
export function hasEncodedDatabase(url: string): boolean {
  return /^\w+(?:\+\w+)?:\/\/[^/?]*\/[^?]*%/.test(url);
}

/** Keeps a parameter as it is written, but for characters that a shell, a quote or an env file could stumble over. */
function encodeParameter(text: string): string {
  return text.replace(/[^A-Za-z0-9._~%=+,:/@-]/gu, encode);
}

function hex(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

function badUrl(why: string): WizardError {
  return new WizardError({
    code: 'BAD_TARGET_URL',
    message: `the target URL ${why}`,
    remedies: ['--target postgresql://USER@HOST:5432/DATABASE'],
    exitCode: 2,
  });
}
