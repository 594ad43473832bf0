// The finding about rows of the source that somebody else has written while the application was on the target.
import { join } from 'node:path';
import type { RowChange } from '../chunk/changes.js';
import type { EventBody } from '../events.js';
import type { LedgerChunk } from '../target/ledger.js';
import { FILES } from './folder.js';

const SHOWN_ROWS = 10;

/** The rows of a chunk in which somebody else has written to the source, as far as they are not equal. */
export interface OtherRows {
  /** Whether the target has been written to as well. */
  readonly isChanged: boolean;
  readonly changes: readonly Pick<RowChange, 'kind' | 'key'>[];
}

/**
 * Undefined where no row is concerned. Where only the source has changed, all of it stays. Where both have, a row that only the source has stays, and of a row that
 * differs the target's values are carried back: the application wrote those.
 */
export function otherWrites(
  { table_name: table, number }: LedgerChunk,
  { isChanged, changes }: OtherRows,
  folder: string,
): EventBody | undefined {
  const rows = changes.flatMap(({ kind, key }) => {
    if (isChanged && kind === 'insert') return [];
    const value = { delete: 'only in the source', update: 'differs', insert: 'only in the target' }[kind];
    return [
      { key: key.join(','), value: isChanged && kind === 'update' ? 'differs, the target counts' : value },
    ];
  });
  if (rows.length === 0) return undefined;
  const what = isChanged
    ? 'was written to in the source and in the target since the switch-over; rows that only the source has are kept'
    : 'was written to in the source since the switch-over; that is kept';
  return {
    type: 'step.finding',
    step: 'cutover',
    finding: {
      severity: 'warning',
      code: 'source-written-too',
      message: `chunk ${number} of ${table} ${what}`,
      remedies: isChanged ? [`compare with ${join(folder, FILES.sourceBefore)}`] : [],
      table,
      count: rows.length,
      examples: rows.slice(0, SHOWN_ROWS),
    },
  };
}
