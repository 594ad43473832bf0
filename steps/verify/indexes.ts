// How large each index of the target has become, and how often it has been used so far: for the report, after the queries.
import { z } from 'zod';
import type { StepContext } from '../../src/run/step.js';
import type { FittedPlan } from '../../src/source/drift.js';
import { loadSql } from '../../src/target/sql.js';

/** From this version on a session can be told to hand in what it has counted (pg_stat_force_next_flush). */
const WITH_FLUSH = 150_000;

const rowSchema = z.object({
  table: z.string(),
  index: z.string(),
  definition: z.string(),
  bytes: z.coerce.number(),
  scans: z.coerce.number(),
});

/** Emits one event for each index, by table and name. */
export async function measureIndexes(context: StepContext, fitted: FittedPlan): Promise<void> {
  const client = await context.target();
  const version = await client.query<{ number: string }>(
    `SELECT current_setting('server_version_num') AS number`,
  );
  // Version 14 hands it in with the first statement that ends half a second after the last time (PGSTAT_STAT_INTERVAL).
  const isFlushed = Number(version.rows[0]?.number) >= WITH_FLUSH;
  await client.query(isFlushed ? 'SELECT pg_stat_force_next_flush()' : 'SELECT pg_sleep(0.6)');
  const names = fitted.tables.map(({ name }) => name);
  const { rows } = await client.query(loadSql('verify/index_sizes.sql'), [names]);
  for (const row of z.array(rowSchema).parse(rows))
    context.emit({ type: 'index.measured', step: 'verify', ...row });
}
