// Row changes applied one after the other, inside a transaction that the caller has begun; an error names the row.
import type { Database } from 'better-sqlite3';
import type { ChangeCounts, RowChange } from '../chunk/changes.js';
import { EXIT, WizardError, codeOf, messageOf } from '../errors.js';
import { type BoundRow, type SourceTarget, bindRow, showRow } from './bind-row.js';
import { RowCountError, RowWriter } from './row-writer.js';

/** The tables by name. */
export type Targets = ReadonlyMap<string, SourceTarget>;

/** A RangeError is a mistake of the caller. */
export function targetOf(targets: Targets, { table }: RowChange): SourceTarget {
  const target = targets.get(table);
  if (target === undefined) throw new RangeError(`no table ${table}`);
  return target;
}

/** The changes, one after the other, inside the transaction. */
export class ChangeApplier {
  private readonly db: Database;
  private readonly targets: Targets;
  private readonly writers = new Map<string, RowWriter>();
  /** Updates of the current table that another row was in the way of. */
  private blocked: { change: RowChange; row: BoundRow }[] = [];

  constructor(db: Database, targets: Targets) {
    this.db = db;
    this.targets = targets;
  }

  /** `changes` in the order of ChangeSpool, all updates of one table in a row. */
  apply(changes: Iterable<RowChange>): ChangeCounts {
    const done = { insert: 0, update: 0, delete: 0 };
    for (const change of changes) {
      const first = this.blocked[0]?.change;
      if (first !== undefined && (change.kind !== 'update' || change.table !== first.table)) this.unblock();
      const { row } = bindRow(targetOf(this.targets, change), change);
      attempt(change, () => this.perform(change, row));
      done[change.kind]++;
    }
    this.unblock();
    return { inserted: done.insert, updated: done.update, deleted: done.delete };
  }

  private perform(change: RowChange, row: BoundRow): void {
    const writer = this.writerFor(change);
    if (change.kind !== 'update') {
      writer[change.kind](row);
      return;
    }
    try {
      writer.update(row);
    } catch (error) {
      if (!isInTheWay(error)) throw error;
      this.blocked.push({ change, row });
    }
  }

  private unblock(): void {
    const blocked = this.blocked;
    this.blocked = [];
    const [first] = blocked;
    if (first === undefined) return;
    const rows = blocked.map(({ row }) => row);
    this.writerFor(first.change).updateAside(rows, (index, step) =>
      attempt(blocked[index]?.change ?? first.change, step),
    );
  }

  private writerFor(change: RowChange): RowWriter {
    let writer = this.writers.get(change.table);
    if (writer === undefined) {
      writer = new RowWriter(this.db, targetOf(this.targets, change).table);
      this.writers.set(change.table, writer);
    }
    return writer;
  }
}

/** Whether a unique value that the statement wanted to write is taken. */
function isInTheWay(error: unknown): boolean {
  return codeOf(error) === 'SQLITE_CONSTRAINT_UNIQUE';
}

/** Names the row in what went wrong with it. */
function attempt(change: RowChange, step: () => void): void {
  try {
    step();
  } catch (error) {
    const isRow = error instanceof RowCountError || codeOf(error)?.startsWith('SQLITE_CONSTRAINT') === true;
    if (!isRow) throw error;
    throw new WizardError({
      code: 'CARRY_BACK_ROW',
      message: `${change.kind} of ${showRow(change)} in the source fails: ${messageOf(error)}`,
      remedies: ['stop whatever writes to the source, then: ttm-wizard rollback'],
      exitCode: EXIT.rollbackFailed,
      cause: error,
    });
  }
}
