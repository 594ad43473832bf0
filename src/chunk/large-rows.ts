// Rows that are too large to be read: found by the lengths of their values, which SQLite knows without reading them. A thread may
// use 1 GB for its strings (HEAP_LIMITS in pool.ts), in which a row stands up to three times, at two bytes a character.
import type { Database, Statement } from 'better-sqlite3';
import type { SqliteValue } from '../codec/column.js';
import { Problem, type ProblemCode } from '../codec/problem.js';
import type { TablePlan } from '../plans/plan.js';
import { quoteName } from '../target/sql.js';
import { columnOf, keyColumns, parentKey, sourceKey, sourceTable } from './range.js';
import type { BadRow } from './reader.js';

/** Bytes of all texts and blobs of a row. */
export const MAX_ROW_BYTES = 128_000_000;
/** A longer key is none that a chunk could begin or end with: no index of the target takes it. */
const MAX_KEY_BYTES = 4096;

/** Part of a table as a WHERE clause and its values. */
export interface Range {
  readonly where: string;
  readonly values: readonly SqliteValue[];
}

/** Whether a row with such a problem can be put into quarantine. */
export function canSetAside({ code }: { readonly code: ProblemCode }): boolean {
  return code !== 'row-too-large';
}

/** The same of a row with all its problems. */
export function canSetRowAside({ problems }: Pick<BadRow, 'problems'>): boolean {
  return problems.every(({ problem }) => canSetAside(problem));
}

export class LargeRows {
  private readonly db: Database;
  private readonly table: TablePlan;
  private readonly columns: readonly string[];
  private readonly limit: number;
  /** Bytes of all texts and blobs of a row, as an expression of the source. */
  readonly size: string;
  private readonly statements = new Map<string, Statement<unknown[], SqliteValue[]>>();

  /** `present` are the columns that the file has. */
  constructor(db: Database, table: TablePlan, present: readonly string[], limit = MAX_ROW_BYTES) {
    this.db = db;
    this.table = table;
    this.limit = limit;
    this.columns = table.columns.map(({ name }) => name).filter((name) => present.includes(name));
    this.size = sum(this.columns.map((name) => `coalesce(octet_length(${quoteName(name)}), 0)`));
  }

  /** Whether there is one in the range. */
  isIn({ where, values }: Range): boolean {
    if (this.isSmallFile()) return false;
    const sql = `SELECT 1 FROM ${sourceTable(this.table)} WHERE ${where} AND ${this.size} > ? LIMIT 1`;
    return this.prepare(sql).get(...values, BigInt(this.limit)) !== undefined;
  }

  /** Whether all rows of the range together are larger than one may be. */
  areOver({ where, values }: Range): boolean {
    if (this.isSmallFile()) return false;
    const sql = `SELECT sum(${this.size}) > ? FROM ${sourceTable(this.table)} WHERE ${where}`;
    return this.prepare(sql).get(BigInt(this.limit), ...values)?.[0] === 1n;
  }

  /** A file that is no larger than the limit has none. */
  private isSmallFile(): boolean {
    const pages = Number(this.db.pragma('page_count', { simple: true }));
    return pages * Number(this.db.pragma('page_size', { simple: true })) <= this.limit;
  }

  /** The range without them. */
  without({ where, values }: Range): Range {
    return { where: `${where} AND ${this.size} <= ?`, values: [...values, BigInt(this.limit)] };
  }

  /** Each of them in the range, with its largest value named. */
  *list({ where, values }: Range): Generator<BadRow> {
    const lengths = this.columns.map((name) => `octet_length(${quoteName(name)})`);
    const keys = keyColumns(this.table).map(({ name }) => shortKey(name));
    const sql = `SELECT ${[...keys, ...lengths].join(', ')} FROM ${sourceTable(this.table)} WHERE ${where} AND ${this.size} > ? ORDER BY ${sourceKey(this.table)}`;
    for (const row of this.prepare(sql).iterate(...values, BigInt(this.limit))) {
      const key = row.slice(0, keys.length);
      yield this.badRow(
        key,
        row.slice(keys.length).map((length) => Number(length ?? 0)),
      );
    }
  }

  private badRow(key: readonly SqliteValue[], lengths: readonly number[]): BadRow {
    const largest = lengths.indexOf(Math.max(...lengths));
    const column = columnOf(this.table, this.columns[largest] ?? '');
    const total = lengths.reduce((all, length) => all + length, 0);
    const most = `${Math.round(this.limit / 1e6)} MB`;
    const why = `more than ${most}, which can neither be carried over nor set aside`;
    const detail = `stands in a row of ${total} bytes, ${why}`;
    const problem = new Problem('row-too-large', detail, `stands in a row of ${why}`);
    return {
      key: key.map(String).join(','),
      parentKey: parentKey(key),
      row: this.table.columns.map(({ name }) => key[this.table.key.indexOf(name)] ?? null),
      index: -1,
      problems: [{ column, value: `${lengths[largest] ?? 0} bytes`, problem }],
    };
  }

  private prepare(sql: string): Statement<unknown[], SqliteValue[]> {
    let statement = this.statements.get(sql);
    if (statement === undefined) {
      statement = this.db.prepare<unknown[], SqliteValue[]>(sql).raw(true).safeIntegers(true);
      this.statements.set(sql, statement);
    }
    return statement;
  }
}

/** A key column of the source, NULL in place of what is too long to be read as a key. */
export function shortKey(name: string): string {
  return `iif(octet_length(${quoteName(name)}) > ${MAX_KEY_BYTES}, NULL, ${quoteName(name)})`;
}

/** Halved again and again: SQLite takes expressions up to a depth of 1,000, and a table may have more columns. */
function sum(terms: readonly string[]): string {
  if (terms.length < 2) return terms[0] ?? '0';
  const half = terms.length >> 1;
  return `(${sum(terms.slice(0, half))} + ${sum(terms.slice(half))})`;
}
