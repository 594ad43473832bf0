// better-sqlite3 is compiled code: where install scripts are blocked it is missing, and shows that only when it is used. So it is
// used once before any question is asked. A version made for a newer Node would end the process without a word: its own
// package.json is asked first.
import { createRequire } from 'node:module';
import { EXIT, WizardError, messageOf } from '../errors.js';
import { readManifest } from '../package-root.js';

/** SQLite's version. Throws NATIVE_MODULE (exit 2) with the line that cures it. */
export async function loadSqlite(): Promise<string> {
  let version = '';
  try {
    const require = createRequire(import.meta.url);
    const manifest = readManifest(require.resolve('better-sqlite3/package.json'));
    version = manifest.version;
    if (!runsOn(manifest.node, process.versions.node))
      throw new Error(`it is made for Node ${manifest.node}`);
    const { default: Database } = await import('better-sqlite3');
    const db = new Database(':memory:');
    try {
      return String(db.prepare('SELECT sqlite_version()').pluck().get());
    } finally {
      db.close();
    }
  } catch (error) {
    throw new WizardError({
      code: 'NATIVE_MODULE',
      message: describe(version, messageOf(error)),
      remedies: [
        'npx --allow-scripts=better-sqlite3 ttm-wizard        with npx',
        'npm rebuild better-sqlite3                           in an installed folder',
        'npm_config_ignore_scripts=false npx ttm-wizard       where .npmrc has ignore-scripts=true',
      ],
      exitCode: EXIT.usage,
      cause: error,
    });
  }
}

function describe(version: string, why: string): string {
  const [first = ''] = why.split('\n');
  const versions = [
    `better-sqlite3 ${version === '' ? 'not installed' : version}`,
    `Node ${process.version}`,
  ];
  return `SQLite cannot be loaded: ${first}\n${versions.join(', ')}, ${npmVersion()}${process.platform}-${process.arch}`;
}

/** npm tells its children its version. */
function npmVersion(): string {
  const version = /npm\/(\S+)/.exec(process.env['npm_config_user_agent'] ?? '')?.[1];
  return version === undefined ? '' : `npm ${version}, `;
}

/** Enough of semver for what better-sqlite3 writes: `20.x || 22.x` and `>=22`. */
function runsOn(engines: string, node: string): boolean {
  const major = Number.parseInt(node, 10);
  return engines.split('||').some((range) => {
    const [, comparison = '', wanted = ''] = /^\s*(>=|\^|~)?\s*v?(\d+)/.exec(range) ?? [];
    if (wanted === '') return true;
    return comparison === '>=' ? major >= Number(wanted) : major === Number(wanted);
  });
}
