// The ledger: the wizard's own tables in the target. What stands here is the truth about a run; local files are only a hint.
import type pg from 'pg';
import { z } from 'zod';
import { loadSql } from './sql.js';

export interface LedgerRun {
  readonly id: string;
  readonly plan: string;
  readonly source: string;
  readonly snapshotSha256: string;
  readonly wizardVersion: string;
}

/** Makes the ledger where it is missing and enters the run; both may have happened before. */
export async function enterRun(client: pg.Client, run: LedgerRun): Promise<void> {
  await inTransaction(client, async () => {
    await client.query(loadSql('ledger/010_ledger.sql'));
    await client.query(loadSql('ledger/enter_run.sql'), [
      run.id,
      run.plan,
      run.source,
      run.snapshotSha256,
      run.wizardVersion,
    ]);
  });
}

/** Whether the target holds this run's entry. */
export async function hasRun(client: pg.Client, run: string): Promise<boolean> {
  const exists = await client.query<{ has: string }>(
    `SELECT (to_regclass('ttm_wizard.run') IS NOT NULL)::text AS has`,
  );
  if (exists.rows[0]?.has !== 'true') return false;
  const { rowCount } = await client.query('SELECT 1 FROM ttm_wizard.run WHERE id = $1', [run]);
  return rowCount === 1;
}

/** The newest run in the ledger. */
export async function newestOwner(client: pg.Client): Promise<Pick<LedgerRun, 'id' | 'source'> | undefined> {
  const { rows } = await client.query<{ id: string; source: string }>(loadSql('ledger/newest_owner.sql'));
  return rows[0];
}

/**
 * Runs SQL once for this run, in a transaction together with the note that it was done and the list of what it created.
 * Resolves to false when it had been done before.
 */
export async function applyOnce(
  client: pg.Client,
  run: string,
  name: string,
  sql: string,
  parameters: readonly (string | null)[] = [],
): Promise<boolean> {
  return inTransaction(client, async () => {
    const { rowCount } = await client.query(
      'INSERT INTO ttm_wizard.applied (run_id, file) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING file',
      [run, name],
    );
    if (rowCount === 0) return false;
    for (const [i, value] of parameters.entries()) {
      await client.query('SELECT set_config($1, $2, true)', [`ttm_wizard.parameter_${i + 1}`, value ?? '']);
    }
    await client.query(sql);
    await client.query(loadSql('ledger/record_objects.sql'), [run]);
    return true;
  });
}

/**
 * Drops exactly what the run created, and its entry; the ledger goes with the last run. `note` is called when all that is left is the
 * commit. Resolves to roles that stay, because others use them.
 */
export async function dropRun(client: pg.Client, run: string, note: () => void): Promise<string[]> {
  return inTransaction(client, async () => {
    const { rows: roles } = await client.query<{ identity: string }>(
      `SELECT identity FROM ttm_wizard.object WHERE run_id = $1 AND kind = 'role' ORDER BY identity`,
      [run],
    );
    await client.query('SELECT set_config($1, $2, true)', ['ttm_wizard.parameter_1', run]);
    await client.query(loadSql('ledger/drop_objects.sql'));
    const { rows: kept } = await client.query<{ identity: string }>(
      'SELECT identity FROM unnest($1::text[]) AS made (identity) WHERE to_regrole(identity) IS NOT NULL',
      [roles.map(({ identity }) => identity)],
    );
    note();
    return kept.map(({ identity }) => identity);
  });
}

/** A text[] of the ledger, which comes as JSON. */
const keyText = z
  .string()
  .nullable()
  .transform((text): unknown => (text === null ? null : JSON.parse(text)))
  .pipe(z.array(z.string()).nullable());
const chunkSchema = z.object({
  table_name: z.string(),
  number: z.coerce.number(),
  low: keyText,
  high: keyText,
  rows: z.coerce.number(),
  quarantined: z.coerce.number(),
  bytes: z.coerce.number(),
  digest: z.string(),
});
export type LedgerChunk = z.infer<typeof chunkSchema>;

/** `tokens 0`: what tells a chunk from the others of its run. */
export function nameOfChunk({ table_name, number }: Pick<LedgerChunk, 'table_name' | 'number'>): string {
  return `${table_name} ${number}`;
}

/** All chunks of the run that are in. */
export async function copiedChunks(client: pg.Client, run: string): Promise<LedgerChunk[]> {
  const { rows } = await client.query(
    'SELECT table_name, number, to_json(low)::text AS low, to_json(high)::text AS high, rows, quarantined, bytes, digest FROM ttm_wizard.chunk WHERE run_id = $1 ORDER BY table_name, number',
    [run],
  );
  return z.array(chunkSchema).parse(rows);
}

/**
 * Chunks commit without waiting for the disk. A commit that does wait takes all before it along, so that after this a crash of
 * the server loses none of them.
 */
export async function flushChunks(client: pg.Client, run: string): Promise<void> {
  await inTransaction(client, async () => {
    await client.query('SET LOCAL synchronous_commit = local');
    // Without a change there would be nothing to wait for.
    await client.query('UPDATE ttm_wizard.run SET id = id WHERE id = $1', [run]);
  });
}

/** BEGIN, `work`, COMMIT; ROLLBACK when it throws. */
export async function inTransaction<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  await client.query('BEGIN');
  try {
    const result = await work();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    // When the connection is gone the server has rolled back already; the first error is the one that counts.
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}
