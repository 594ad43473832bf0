// Which database the application uses, by the word of its env files, and whether that is the source. A switch-over that is filled
// from any other file takes the application off its live rows, and every comparison would still be equal.
import { type BigIntStats, statSync } from 'node:fs';
import { isAbsolute, normalize, resolve } from 'node:path';
import { nameOfTarget } from '../target/connect.js';
import { valueOf } from './env-file.js';
import { readPlaces, realPathOf } from './env-place.js';
import { maskPasswords } from './env-show.js';

/** The two sides of a run: a path and a URL. */
export interface Sides {
  readonly source: string;
  readonly target: string;
}

/**
 * - source: the URL names the very file.
 * - perhaps source: a relative path, which depends on where the application runs; the source's path ends with it.
 * - target: it names our target already.
 * - the rest: another SQLite file, another PostgreSQL database, something else.
 */
export type Use = 'source' | 'perhaps source' | 'target' | 'other file' | 'other PostgreSQL' | 'other kind';

export interface DatabaseInUse {
  readonly use: Use;
  /** The env file that says so. */
  readonly path: string;
  /** The URL with every password masked. */
  readonly shown: string;
  /** The path of another SQLite file, where it is known and can be typed. */
  readonly otherFile: string | undefined;
}

/**
 * What the strongest env file with the key says. Undefined where none does or the value is empty: then the application has a default
 * of its own. Throws ENV_FILE (exit 3).
 */
export function databaseInUse(
  envFiles: readonly string[],
  key: string,
  sides: Sides,
): DatabaseInUse | undefined {
  for (const { path, contents } of readPlaces(envFiles)) {
    const url = valueOf(contents, key);
    if (url === undefined) continue;
    if (url === '') return undefined;
    const use = useOf(url, sides);
    const absolute = use === 'other file' ? pathsIn(url).find(isAbsolute) : undefined;
    const otherFile = absolute !== undefined && /^[\w./-]+$/.test(absolute) ? absolute : undefined;
    // A control character in a file must not reach the terminal.
    return { use, path, shown: maskPasswords(url).replace(/\p{Cc}/gu, '?'), otherFile };
  }
  return undefined;
}

/** What a URL as SQLAlchemy reads it names. */
export function useOf(url: string, { source, target }: Sides): Use {
  if (/^postgres(?:ql)?(?:\+\w+)?:/i.test(url))
    return isSameDatabase(url, target) ? 'target' : 'other PostgreSQL';
  if (!/^sqlite(?:\+\w+)?:/i.test(url)) return 'other kind';
  const paths = pathsIn(url);
  if (paths.some(isAbsolute)) {
    const real = paths.map(fileAt);
    // Where both spellings of an escape exist, it takes the application's version of SQLAlchemy to know which one counts.
    const isOther = real.some((file) => file.state !== undefined && !isSameFile(file, fileAt(source)));
    return !isOther && real.some((file) => isSameFile(file, fileAt(source))) ? 'source' : 'other file';
  }
  const known = [resolve(source), fileAt(source).path];
  return paths.some((path) => known.some((one) => endsWith(one, path))) ? 'perhaps source' : 'other file';
}

/**
 * `sqlite:///relative`, `sqlite:////absolute` and SQLite's own `sqlite:///file:…`, without a query string. As written, and with its
 * escapes decoded: SQLAlchemy decodes them since 2.1 only.
 */
function pathsIn(url: string): string[] {
  const written = /^[^:]+:\/\/\/([^?]*)/.exec(url)?.[1] ?? '';
  const path = written.replace(/^file:(?:\/\/(?:localhost)?(?=\/))?/i, '');
  return [...new Set([path, decoded(path)])].filter((one) => one !== '' && one !== ':memory:');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

interface FileAt {
  /** Behind every symbolic link, as far as there is anything. */
  readonly path: string;
  readonly state: BigIntStats | undefined;
}

function fileAt(path: string): FileAt {
  try {
    const real = realPathOf(path);
    return { path: real, state: statSync(real, { bigint: true, throwIfNoEntry: false }) };
  } catch {
    return { path: resolve(path), state: undefined };
  }
}

/** Two names of one file (hard links, a folder mounted twice) are that file. */
function isSameFile(one: FileAt, other: FileAt): boolean {
  if (one.state === undefined || other.state === undefined) return one.path === other.path;
  return one.state.dev === other.state.dev && one.state.ino === other.state.ino;
}

/** Whole parts of a path only; where `..` leads to cannot be known. */
function endsWith(path: string, relative: string): boolean {
  const parts = normalize(relative)
    .split('/')
    .filter((part) => part !== '..' && part !== '.' && part !== '');
  return parts.length > 0 && path.split('/').slice(-parts.length).join('/') === parts.join('/');
}

function isSameDatabase(url: string, target: string): boolean {
  try {
    const [one, other] = [
      nameOfTarget(url.replace(/^\w+/, (scheme) => scheme.toLowerCase())),
      nameOfTarget(target),
    ];
    return (
      hostOf(one.host) === hostOf(other.host) && one.port === other.port && one.database === other.database
    );
  } catch {
    // It cannot be parsed: then it is not what has just been connected to.
    return false;
  }
}

function hostOf(host: string): string {
  return /^(?:127\.0\.0\.1|\[?::1\]?)$/.test(host) ? 'localhost' : host.toLowerCase();
}
