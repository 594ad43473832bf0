// The full-size source in two other shapes: its month spread over twelve, and in the target ten times its scores. Both keep
// every token's order of scores, its newest ones, and what the documents hold.
import { copyFileSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { microseconds, timeText } from '../../src/demo/sample-documents.js';
import { Database } from '../../src/source/sqlite-driver.js';
import { packageRoot } from '../../src/package-root.js';
import { quoteName } from '../../src/target/sql.js';

const MONTHS = 12;

/** Makes `file`, a copy of `source` in which the time between a score and the newest one is twelve times as long. */
export function writeTwelveMonths(source: string, file: string): void {
  if (existsSync(file)) return;
  const part = `${file}.part`;
  rmSync(part, { force: true });
  copyFileSync(source, part);
  const db = new Database(part);
  db.pragma('journal_mode = off');
  db.pragma('synchronous = off');
  const newest = db.prepare<[], string>('SELECT max(created_at) FROM token_scores').pluck().get() ?? '';
  const end = microsecondsOf(newest);
  db.function('stretch', { deterministic: true }, (text: unknown) =>
    typeof text === 'string' ? timeText(end - (end - microsecondsOf(text)) * MONTHS, ' ') : text,
  );
  db.exec('UPDATE token_scores SET created_at = stretch(created_at)');
  db.close();
  renameSync(part, file);
}

/** `2025-10-10 08:30:00.123456`, as SQLAlchemy writes it, in microseconds since 1970. */
function microsecondsOf(text: string): number {
  return microseconds(`${text.slice(0, 19).replace(' ', 'T')}Z`) + Number(text.slice(20).padEnd(6, '0'));
}

/** Adds nine copies of all scores to the target, each 31 days older than the last, in monthly partitions of their own. */
export async function multiplyByTen(url: string, say: (line: string) => void): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const columns = await client.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute WHERE attrelid = 'token_scores'::regclass AND attnum > 0 AND attgenerated = '' AND attname NOT IN ('id', 'created_at') ORDER BY attnum`,
  );
  const others = columns.rows.map(({ name }) => quoteName(name)).join(', ');
  try {
    // No triggers: older copies are never the newest, so that what triggers keep stays true, and their tokens exist.
    await client.query(
      "SET synchronous_commit = off; SET TimeZone = 'UTC'; SET session_replication_role = replica",
    );
    await client.query(readFileSync(benchSql('older_partitions'), 'utf8'));
    const original = await client.query<{ last: string }>('SELECT max(id) AS last FROM token_scores');
    for (let copy = 1; copy < 10; copy++) {
      const startedAt = performance.now();
      await client.query(
        `INSERT INTO token_scores (created_at, ${others}) SELECT created_at - $1 * interval '31 days', ${others} FROM token_scores WHERE id <= $2`,
        [copy, original.rows[0]?.last],
      );
      say(`copy ${copy} of 9: ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
    }
    await client.query('VACUUM (ANALYZE) token_scores');
    await client.query('CHECKPOINT');
  } finally {
    await client.end();
  }
}

/** The path of `test/bench/sql/<name>.sql`. */
export function benchSql(name: string): string {
  return join(packageRoot(), 'test', 'bench', 'sql', `${name}.sql`);
}
