// better-sqlite3 is compiled code: where install scripts are blocked it is missing, and shows that only when it is used. So it is
// used once before any question is asked. A version made for a newer Node would end the process without a word: its own
// package.json is asked first.
import { WizardError } from '../errors.js';
import { driverError, driverFor, installed } from '../source/driver-choice.js';

/** SQLite's version. Throws NATIVE_MODULE (exit 2) with the line that cures it. */
export async function loadSqlite(): Promise<string> {
  const driver = driverFor(process.versions.node);
  try {
    const engines = installed(driver)?.node ?? '';
    if (!runsOn(engines, process.versions.node)) throw new Error(`it is made for Node ${engines}`);
    const { Database } = await import('../source/sqlite-driver.js');
    const db = new Database(':memory:');
    try {
      return String(db.prepare('SELECT sqlite_version()').pluck().get());
    } finally {
      db.close();
    }
  } catch (error) {
    throw error instanceof WizardError ? error : driverError(driver, error);
  }
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
