// Row changes: what one side needs so that a row equals the other side's. Made by the comparison, applied to the target by
// catch-up and to the source by rollback.

/** Fields are canonical text (what PostgreSQL prints, unescaped), null for NULL. */
export interface RowChange {
  readonly kind: 'insert' | 'update' | 'delete';
  readonly table: string;
  /** The key columns' values in the order of TablePlan.key. */
  readonly key: readonly (string | null)[];
  /** All columns in the order of TablePlan.columns as they shall be; empty for a delete. */
  readonly fields: readonly (string | null)[];
  /** For an update, positions in `fields` of the columns that differ. */
  readonly changed: readonly number[];
}

/** How many rows were changed, by kind. */
export interface ChangeCounts {
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
}

export const NO_CHANGES: ChangeCounts = { inserted: 0, updated: 0, deleted: 0 };

export function countChanges(changes: Iterable<Pick<RowChange, 'kind'>>): ChangeCounts {
  let [inserted, updated, deleted] = [0, 0, 0];
  for (const { kind } of changes) {
    if (kind === 'insert') inserted++;
    else if (kind === 'update') updated++;
    else deleted++;
  }
  return { inserted, updated, deleted };
}

export function addCounts(a: ChangeCounts, b: ChangeCounts): ChangeCounts {
  return {
    inserted: a.inserted + b.inserted,
    updated: a.updated + b.updated,
    deleted: a.deleted + b.deleted,
  };
}

export function totalOf({ inserted, updated, deleted }: ChangeCounts): number {
  return inserted + updated + deleted;
}
