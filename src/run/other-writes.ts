// What is to be said of rows of the source that a carry-back does not simply bring to the state of the target: somebody else has written
// them while the application was on the target, or the target could not hold them.
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
  /** Whether rows that only the target has are left there: everything had been carried back before. */
  readonly keepsAbsences: boolean;
  readonly changes: readonly Pick<RowChange, 'kind' | 'key'>[];
}

/**
 * Undefined where no row is concerned. A row that only the target has is carried back, one that only the source has stays. Of a row that
 * differs the target's values are carried back where the application has written to the chunk, and the source's stay where it has not.
 */
export function otherWrites(
  { table_name: table, number }: LedgerChunk,
  { isChanged, keepsAbsences, changes }: OtherRows,
  folder: string,
): EventBody | undefined {
  const titles = {
    delete: 'only in the source',
    update: isChanged ? 'differs, the target counts' : 'differs',
    insert: keepsAbsences ? 'only in the target' : 'only in the target, carried back',
  } as const;
  const rows = changes.flatMap(({ kind, key }) =>
    isChanged && kind === 'insert' ? [] : [{ key: key.join(','), value: titles[kind] }],
  );
  if (rows.length === 0) return undefined;
  const kept = keepsAbsences ? 'that is kept' : 'that is kept, but rows that it lacks are carried back';
  const what = isChanged
    ? 'was written to in the source and in the target since the switch-over; rows that only the source has are kept'
    : `was written to in the source since the switch-over; ${kept}`;
  const isOverwritten = isChanged || (!keepsAbsences && changes.some(({ kind }) => kind === 'insert'));
  return {
    type: 'step.finding',
    step: 'cutover',
    finding: {
      severity: 'warning',
      code: 'source-written-too',
      message: `chunk ${number} of ${table} ${what}`,
      remedies: isOverwritten ? [`compare with ${join(folder, FILES.sourceBefore)}`] : [],
      table,
      count: rows.length,
      examples: rows.slice(0, SHOWN_ROWS),
    },
  };
}

/** Rows that the target could not hold, and that the application has written anew there. */
export function replacedRows(table: string, keys: readonly RowChange['key'][], folder: string): EventBody {
  const examples = keys
    .slice(0, SHOWN_ROWS)
    .map((key) => ({ key: key.join(','), value: 'the target counts' }));
  return {
    type: 'step.finding',
    step: 'cutover',
    finding: {
      severity: 'warning',
      code: 'quarantined-written-too',
      message: `rows of ${table} that had been set aside were written anew in the target, and are overwritten in the source`,
      remedies: [`${join(folder, FILES.sourceBefore)} holds what they were`],
      table,
      count: keys.length,
      examples,
    },
  };
}
