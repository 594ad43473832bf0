// Keys of the source's rows that cannot be carried over, to be met again by the target's: the application may have written such a row
// anew there.
import type { TablePlan } from '../plans/plan.js';
import { isTextKey, keyColumns, parentKey, splitLine } from './range.js';
import type { BadRow } from './reader.js';

export class BadKeys {
  private readonly table: TablePlan;
  private readonly keys = new Set<string>();

  constructor(table: TablePlan) {
    this.table = table;
  }

  add({ row, parentKey }: BadRow): void {
    const isSound = keyColumns(this.table).every((column) => {
      const value = row[this.table.columns.indexOf(column)];
      // What is read as U+FFFD may be other bytes, which no key of the target leads to.
      if (isTextKey(column)) return typeof value === 'string' && !/[\uFFFD\0]/.test(value);
      return typeof value === 'bigint';
    });
    if (isSound) this.keys.add(parentKey);
  }

  /** `key` is the canonical line of the key columns. */
  has(key: string): boolean {
    if (this.keys.size === 0) return false;
    const fields = splitLine(keyColumns(this.table), key);
    // None of ours holds a NULL, which as a text would be the key 'null'.
    return !fields.includes(null) && this.keys.has(parentKey(fields));
  }
}
