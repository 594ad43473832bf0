// The last look at both sides after carrying back, before the application is started on the source and the target is dropped: no row of
// the target may be missing from the source, and nothing may differ that is not known of.
import type { RowChange } from '../chunk/changes.js';
import type { OrphanRule } from '../chunk/jobs.js';
import type { RowDifference } from '../chunk/compare.js';
import type { WorkerPool } from '../chunk/pool.js';
import type { ChunkRange } from '../chunk/range.js';
import { EXIT, WizardError } from '../errors.js';
import { showRows } from '../output/format.js';

const SHOWN_ROWS = 3;

export interface CarriedChunk {
  readonly chunk: ChunkRange;
  readonly orphans: readonly OrphanRule[];
  /** Kinds of difference that were found before, named, and left. */
  readonly explained: readonly RowDifference['kind'][];
}

/** Throws CARRY_BACK_DIFFERENT (exit 10), which names rows. */
export async function compareCarried(pool: WorkerPool, chunks: readonly CarriedChunk[]): Promise<void> {
  const never = new AbortController().signal;
  const different: ({ readonly kind: 'compare' } & CarriedChunk)[] = [];
  await pool.run(
    chunks.map((one) => ({ ...one, kind: 'verify' as const })).values(),
    (job, { source, target }) => {
      if (source.digest !== target.digest || source.rows !== target.rows)
        different.push({ ...job, kind: 'compare' });
    },
    never,
  );
  const rows: RowDifference[] = [];
  let total = 0;
  await pool.run(
    different.values(),
    (_, { differences, count }) => {
      rows.push(...differences.slice(0, SHOWN_ROWS - rows.length));
      total += count;
    },
    never,
  );
  if (total > 0) throw stillDifferent(rows, total);
}

/** The bad keys of each table (see OrphanRule) but for those whose rows are good by now. */
export function withoutKeys(
  badKeys: Readonly<Record<string, readonly string[]>>,
  good: Readonly<Record<string, readonly RowChange['key'][]>>,
): Record<string, readonly string[]> {
  const entries = Object.entries(badKeys).map(([table, keys]): [string, readonly string[]] => {
    const gone = new Set((good[table] ?? []).map((key) => JSON.stringify(key)));
    return [table, keys.filter((key) => !gone.has(key))];
  });
  return Object.fromEntries(entries);
}

function stillDifferent(rows: readonly RowDifference[], total: number): WizardError {
  const named = rows.map(({ kind, table, key, columns }) => {
    const values = columns.map(({ name, source, target }) => `${name}: source ${source}, target ${target}`);
    return `${table} ${key} ${kind}${values.length === 0 ? '' : ` (${values.join('; ')})`}`;
  });
  return new WizardError({
    code: 'CARRY_BACK_DIFFERENT',
    message: `after carrying back, ${showRows(total)} still differ between source and target: ${named.join(', ')}`,
    remedies: ['stop what writes to the target or the source, then: ttm-wizard rollback'],
    exitCode: EXIT.rollbackFailed,
  });
}
