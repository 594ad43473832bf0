// How large each index of the target has become, and how often it has been used so far: for the report, after the queries.
import { z } from 'zod';
import type { StepContext } from '../../src/run/step.js';
import { loadSql } from '../../src/target/sql.js';

const rowSchema = z.object({
  table: z.string(),
  index: z.string(),
  definition: z.string(),
  bytes: z.coerce.number(),
  scans: z.coerce.number(),
});

/** Emits one event for each index of the tables that the run has made, by table and name. */
export async function measureIndexes(context: StepContext): Promise<void> {
  const client = await context.target();
  const { rows } = await client.query(loadSql('verify/index_sizes.sql'), [context.run]);
  for (const row of z.array(rowSchema).parse(rows))
    context.emit({ type: 'index.measured', step: 'verify', ...row });
}
