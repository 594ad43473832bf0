// Cuts the target's end of a table into chunks, as chunk/plan.ts does with the source's.
import type pg from 'pg';
import { z } from 'zod';
import { CHUNK_BYTES, CHUNK_ROWS } from '../chunk/plan.js';
import { type ChunkRange, keyColumns, targetLine, targetOrder, targetRange } from '../chunk/range.js';
import type { TablePlan } from '../plans/plan.js';
import { fillSql, quoteName } from './sql.js';

const limitSchema = z
  .string()
  .transform((text): unknown => JSON.parse(text))
  .pipe(z.array(z.string()));

/** The chunks from the given key and number on; the last one has no upper limit. */
export async function targetChunkLimits(
  client: pg.Client,
  table: TablePlan,
  { low, number }: Pick<ChunkRange, 'low' | 'number'>,
): Promise<ChunkRange[]> {
  const { where, values } = targetRange(table, { low, high: null });
  const names = keyColumns(table).map(({ name }) => quoteName(name));
  const sql = fillSql('verify/chunk_limits.sql', {
    bytes: String(CHUNK_BYTES),
    least: String(CHUNK_BYTES / CHUNK_ROWS),
    line: targetLine(table.columns),
    key: names.map((name) => `${name}::text`).join(', '),
    columns: names.join(', '),
    order: targetOrder(table),
    table: quoteName(table.name),
    range: where,
  });
  const { rows } = await client.query<{ high: string }>(sql, values);
  const limits = [low, ...rows.map(({ high }) => limitSchema.parse(high)), null];
  return limits
    .slice(1)
    .map((high, i) => ({ table: table.name, number: number + i, low: limits[i] ?? null, high }));
}
