// Which better-sqlite3 a Node needs, and what to do when it cannot be used. Loads neither.
import { createRequire } from 'node:module';
import { EXIT, WizardError, messageOf } from '../errors.js';
import { readManifest } from '../package-root.js';

/** `better-sqlite3-napi` is better-sqlite3 13 under another name (package.json). */
export type Driver = 'better-sqlite3' | 'better-sqlite3-napi';

/** 13 says itself that it needs Node 22; before that it is 12. */
export function driverFor(node: string): Driver {
  return Number.parseInt(node, 10) >= 22 ? 'better-sqlite3-napi' : 'better-sqlite3';
}

/** Its version, and the Node it says it needs; undefined when it is not installed. */
export function installed(driver: Driver): { version: string; node: string } | undefined {
  try {
    return readManifest(createRequire(import.meta.url).resolve(`${driver}/package.json`));
  } catch {
    return undefined;
  }
}

/** npm leaves an optional package out without a word: one that cannot be compiled, or that is not for the Node it ran on. */
const REMEDIES = {
  'better-sqlite3': {
    missing: [
      'apt-get install -y python3 make g++   to compile it, where no prebuilt file can be had',
      'npm install --include=optional        in the folder of the installation',
      'rm -r ~/.npm/_npx                     with npx, which keeps what it has once installed',
      'Node.js 22 or newer                   needs no compiler',
    ],
    broken: [
      'npx --allow-scripts=better-sqlite3 ttm-wizard        with npx',
      'npm rebuild better-sqlite3                           in an installed folder',
      'npm_config_ignore_scripts=false npx ttm-wizard       where .npmrc has ignore-scripts=true',
    ],
  },
  'better-sqlite3-napi': {
    missing: [
      'npm install --include=optional        with this Node: npm leaves it out for an older one',
      'rm -r ~/.npm/_npx                     with npx, which keeps what it has once installed',
    ],
    broken: [
      'npm ci                                                     in an installed folder',
      'npm explore better-sqlite3-napi -- npm run build-release   compiles it, for a system without a prebuilt file',
    ],
  },
} as const satisfies Record<Driver, Record<'missing' | 'broken', readonly string[]>>;

/** NATIVE_MODULE (exit 2), with versions and the lines that cure it. */
export function driverError(driver: Driver, cause: unknown): WizardError {
  const version = installed(driver)?.version;
  // What follows "Tried:" is a list of places, which is cut off.
  const [line = ''] = messageOf(cause).split('\n');
  const first = line.replace(/ Tried:$/, '');
  const why = version === undefined ? `${driver} is not installed` : first;
  const versions = [
    ...(version === undefined ? [] : [`${driver} ${version}`]),
    `Node ${process.version}`,
    ...npmVersion(),
    `${process.platform}-${process.arch}`,
  ];
  return new WizardError({
    code: 'NATIVE_MODULE',
    message: `SQLite cannot be loaded: ${why}\n${versions.join(', ')}`,
    remedies: REMEDIES[driver][version === undefined ? 'missing' : 'broken'],
    exitCode: EXIT.usage,
    cause,
  });
}

/** npm tells its children its version. */
function npmVersion(): string[] {
  const version = /npm\/(\S+)/.exec(process.env['npm_config_user_agent'] ?? '')?.[1];
  return version === undefined ? [] : [`npm ${version}`];
}
