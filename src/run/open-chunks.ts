// The last chunk of a table has no upper limit, so everything new lands in it. When that has become too much to compare at once, it is
// cut; what is cut has no digest until it has been compared.
import type pg from 'pg';
import type { ChunkRange } from '../chunk/range.js';
import type { TablePlan } from '../plans/plan.js';
import { type LedgerChunk, inTransaction } from '../target/ledger.js';
import { loadSql } from '../target/sql.js';

/** Plans chunks of one side from the given key on. */
type Planner = (
  table: TablePlan,
  from: Pick<ChunkRange, 'low' | 'number'>,
) => Iterable<ChunkRange> | Promise<Iterable<ChunkRange>>;

/** Resolves to whether any chunk has been cut; `beforeCut` sees each while its digest is still known. */
export async function splitOpenChunks(
  client: pg.Client,
  run: string,
  tables: readonly TablePlan[],
  chunks: readonly LedgerChunk[],
  plan: Planner,
  beforeCut: (chunk: LedgerChunk) => Promise<void>,
): Promise<boolean> {
  let isSplit = false;
  for (const table of tables) {
    const last = chunks.find((chunk) => chunk.table_name === table.name && chunk.high === null);
    if (last === undefined) continue;
    const limits = [...(await plan(table, last))].flatMap(({ high }) => (high === null ? [] : [high]));
    // One full chunk and a beginning one are not worth a cut.
    if (limits.length < 2) continue;
    isSplit = true;
    await beforeCut(last);
    await inTransaction(client, async () => {
      for (const [i, high] of limits.entries())
        await client.query(loadSql('ledger/split_chunk.sql'), [run, table.name, last.number + i, high]);
    });
  }
  return isSplit;
}
