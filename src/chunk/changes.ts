// What a comparison asks for: one row to be changed on one side so that it equals the other.

/**
 * One row to be changed. Fields are canonical text (what PostgreSQL prints; see src/codec/row.ts and splitLine in
 * src/chunk/range.ts, unescaped), null for NULL.
 */
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
