// The last comparison before anything is switched: both sides of every chunk that has been caught up, and the number of rows of all.
import { orphanRules } from '../../src/chunk/scan.js';
import { EXIT, WizardError } from '../../src/errors.js';
import { chunkList, fittedPlan, poolFor } from '../../src/run/snapshot.js';
import type { StepContext } from '../../src/run/step.js';
import { copiedChunks, nameOfChunk } from '../../src/target/ledger.js';
import { quoteName } from '../../src/target/sql.js';

/**
 * The other chunks were compared while the application was up, and have the same fingerprint since; in a process that has not done
 * that it is all of them. Throws DIFFERENT (exit 6).
 */
export async function compareChanged(
  context: StepContext,
  changed: ReadonlySet<string> | 'all',
): Promise<void> {
  const fitted = fittedPlan(context);
  const client = await context.target();
  const chunks = await copiedChunks(client, context.run);
  const pool = await poolFor(context, fitted, context.options.source);
  const { badKeys } = chunkList(context);
  const different: string[] = [];
  for (const table of fitted.tables) {
    const own = chunks.filter(({ table_name }) => table_name === table.name);
    const orphans = orphanRules(table, badKeys);
    const jobs = own
      .filter((chunk) => changed === 'all' || changed.has(nameOfChunk(chunk)))
      .map(({ number, low, high }) => ({
        kind: 'verify' as const,
        chunk: { table: table.name, number, low, high },
        orphans,
      }));
    await pool.run(
      jobs.values(),
      ({ chunk }, { source, target }) => {
        if (source.digest !== target.digest || source.rows !== target.rows)
          different.push(`chunk ${chunk.number} of ${chunk.table}`);
      },
      new AbortController().signal,
    );
    const { rows } = await client.query<{ rows: string }>(
      `SELECT count(*) AS rows FROM ${quoteName(table.name)}`,
    );
    const expected = own.reduce((sum, chunk) => sum + chunk.rows, 0);
    if (Number(rows[0]?.rows) !== expected)
      different.push(`${table.name} has ${rows[0]?.rows ?? '?'} rows where ${expected} are expected`);
  }
  if (different.length === 0) return;
  throw new WizardError({
    code: 'DIFFERENT',
    message: `source and target differ after the last catch-up: ${different.slice(0, 5).join('; ')}`,
    remedies: ['ttm-wizard verify names the rows', 'stop what else writes to the target'],
    exitCode: EXIT.differences,
  });
}
