// A server in a temporary folder: the env files of both services, and the folder of a run.
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { switchFiles } from '../../src/app/env-switch.js';
import { WizardError } from '../../src/errors.js';
import { KEY, URL } from './env-case.js';

export const OLD = '# To The Moon\nDATABASE_URL="sqlite:///dev.db" # old\nHELIUS_API_KEY=k\xe9y\n';
export const NEW = OLD.replace('sqlite:///dev.db', URL);

export interface Server {
  readonly home: string;
  /** The run's folder. */
  readonly folder: string;
  /** An env file with the key, mode 0644. */
  readonly etc: string;
  /** One without it, CR LF, mode 0600. */
  readonly dot: string;
}

export function makeServer(): Server {
  const home = mkdtempSync(join(tmpdir(), 'ttm-switch-'));
  const folder = join(home, 'run');
  mkdirSync(folder, { mode: 0o700 });
  mkdirSync(join(home, 'etc'));
  mkdirSync(join(home, 'srv'));
  const etc = make(home, 'etc/tothemoon.env', OLD, 0o644);
  const dot = make(home, 'srv/.env', 'APP_ENV=prod\r\n', 0o600);
  return { home, folder, etc, dot };
}

/** Writes `text`, a byte a character, into a file below `home`, and answers with its path. */
export function make(home: string, name: string, text: string, mode: number): string {
  const file = join(home, name);
  writeFileSync(file, text, 'latin1');
  chmodSync(file, mode);
  return file;
}

/** The file's bytes, a character each. */
export function read(file: string): string {
  return readFileSync(file, 'latin1');
}

export function switchAll(
  server: Server,
  files: readonly string[],
  url = URL,
): ReturnType<typeof switchFiles> {
  return switchFiles(files, KEY, url, { folder: server.folder });
}

/** Everything in `etc` and `srv`, a line each: bytes, mode and owner of files, and where links lead. */
export function pictureOf({ home }: Server): string[] {
  return ['etc', 'srv'].flatMap((below) =>
    readdirSync(join(home, below), { recursive: true, encoding: 'utf8' })
      .sort()
      .map((name) => line(join(home, below, name))),
  );
}

function line(file: string): string {
  const state = lstatSync(file);
  const contents = state.isFile() ? read(file) : '';
  const what = state.isSymbolicLink() ? readlinkSync(file) : contents;
  return `${file} ${state.mode.toString(8)} ${state.uid}:${state.gid} ${what}`;
}

export function thrownBy(action: () => unknown): WizardError {
  try {
    action();
  } catch (error) {
    if (error instanceof WizardError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
