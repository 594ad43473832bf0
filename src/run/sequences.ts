// Sets the sequences of the target, from which the application takes its next ids.
import type pg from 'pg';
import { columnOf } from '../chunk/range.js';
import type { TablePlan } from '../plans/plan.js';
import { openSource } from '../source/sqlite.js';
import { loadSql, quoteName } from '../target/sql.js';

/**
 * The sequence goes on after the highest id that the source has ever used: rows in quarantine and deleted ones (sqlite_sequence)
 * count too, because an id must not come twice. Ids that the column cannot hold do not: they cannot come again, and counting
 * them would leave the application without any id. `file` is the snapshot or the source.
 */
export async function advanceSequence(client: pg.Client, table: TablePlan, file: string): Promise<void> {
  if (table.sequence === undefined) return;
  const highest = highestId(file, table, table.sequence.column);
  const parameters = [quoteName(table.sequence.name), highest.toString()];
  await client.query(loadSql('ledger/advance_sequence.sql'), parameters);
}

/** Whether the column can hold no id after the highest one used, so that the application's next insert fails in the target. */
export function isUsedUp(file: string, table: TablePlan): boolean {
  const { sequence } = table;
  return sequence !== undefined && highestId(file, table, sequence.column) >= limitOf(table, sequence.column);
}

function limitOf(table: TablePlan, column: string): bigint {
  return columnOf(table, column).type === 'integer' ? 2n ** 31n - 1n : 2n ** 63n - 1n;
}

function highestId(file: string, table: TablePlan, column: string): bigint {
  const db = openSource(file);
  try {
    const limit = limitOf(table, column);
    const name = quoteName(column);
    const max = db
      .prepare<[bigint], { max: unknown }>(
        `SELECT max(${name}) AS max FROM ${quoteName(table.name)} WHERE ${name} <= ?`,
      )
      .get(limit)?.max;
    const hasSequences =
      db.prepare(`SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'`).get() !== undefined;
    const used = hasSequences
      ? db
          .prepare<[string], { seq: unknown }>(
            'SELECT seq FROM sqlite_sequence WHERE name = ? COLLATE NOCASE',
          )
          .get(table.name)?.seq
      : undefined;
    const ids = [max, used].filter((id) => typeof id === 'bigint').filter((id) => id <= limit);
    return ids.reduce((a, b) => (a > b ? a : b), 0n);
  } finally {
    db.close();
  }
}
