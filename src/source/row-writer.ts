// Writes single rows to one table of the source. Every statement names its row by the whole key and must change exactly one
// row; names are always qualified, because rows that are set aside stand in a temporary table.
import type { Database, Statement } from 'better-sqlite3';
import { keyColumns, isTextKey } from '../chunk/range.js';
import type { SqliteValue } from '../codec/column.js';
import type { TablePlan } from '../plans/plan.js';
import { quoteName } from '../target/sql.js';
import type { BoundRow } from './bind-row.js';

const ASIDE = 'temp.ttm_aside';

export class RowWriter {
  private readonly db: Database;
  private readonly table: TablePlan;
  private readonly name: string;
  /** WHERE clause of one row; IS, because a key may hold NULL in SQLite, and BINARY, whatever collation the table declares. */
  private readonly isRow: string;
  private readonly statements = new Map<string, Statement<SqliteValue[]>>();

  constructor(db: Database, table: TablePlan) {
    this.db = db;
    this.table = table;
    this.name = `main.${quoteName(table.name)}`;
    this.isRow = keyColumns(table)
      .map((column) => `${quoteName(column.name)}${isTextKey(column) ? ' COLLATE BINARY' : ''} IS ?`)
      .join(' AND ');
  }

  delete(row: BoundRow): void {
    this.one(`DELETE FROM ${this.name} WHERE ${this.isRow}`, row.key);
  }

  /** Only the named columns, so that the others keep the bytes they have. */
  update(row: BoundRow): void {
    this.one(updateOf(this.name, row, this.isRow), [...row.values, ...row.key]);
  }

  insert({ columns, values }: BoundRow): void {
    const holes = columns.map(() => '?').join(', ');
    this.one(`INSERT OR ABORT INTO ${this.name} (${namesOf(columns)}) VALUES (${holes})`, values);
  }

  /**
   * Updates rows that are in each other's way, such as two that exchange a unique value: all of them are taken out of the
   * table, changed, and put back. What is not changed passes from table to table inside SQLite, byte for byte.
   */
  updateAside(rows: readonly BoundRow[], each: (index: number, write: () => void) => void): void {
    const names = namesOf(this.storedColumns());
    this.db.exec(`CREATE TEMP TABLE ttm_aside AS SELECT ${names} FROM ${this.name} WHERE FALSE;
      CREATE INDEX temp.ttm_aside_key ON ttm_aside (${namesOf(this.table.key)})`);
    for (const [i, row] of rows.entries()) {
      each(i, () => {
        this.one(
          `INSERT INTO ${ASIDE} (${names}) SELECT ${names} FROM ${this.name} WHERE ${this.isRow}`,
          row.key,
        );
        this.delete(row);
        this.one(updateOf(ASIDE, row, this.isRow), [...row.values, ...row.key]);
      });
    }
    const back = `INSERT OR ABORT INTO ${this.name} (${names}) SELECT ${names} FROM ${ASIDE} WHERE ${this.isRow}`;
    for (const [i, row] of rows.entries()) each(i, () => this.one(back, row.key));
    this.statements.clear();
    this.db.exec(`DROP TABLE ${ASIDE}`);
  }

  /** All columns that the file has, known to the plan or not, but for generated ones. */
  private storedColumns(): string[] {
    const sql = `SELECT name FROM pragma_table_xinfo(?, 'main') WHERE hidden = 0 ORDER BY cid`;
    return this.db.prepare<[string], string>(sql).pluck().all(this.table.name);
  }

  private one(sql: string, values: readonly SqliteValue[]): void {
    let statement = this.statements.get(sql);
    if (statement === undefined) {
      statement = this.db.prepare<SqliteValue[]>(sql);
      this.statements.set(sql, statement);
    }
    const { changes } = statement.run(...values);
    if (changes !== 1) throw new RowCountError(changes);
  }
}

/** A statement for one row changed none, or several. */
export class RowCountError extends Error {
  constructor(changes: number) {
    super(changes === 0 ? 'the source has no such row' : `the source has ${changes} such rows`);
  }
}

/** OR ABORT, because a constraint of the source may say ON CONFLICT REPLACE, which deletes the other row without a word. */
function updateOf(table: string, { columns }: BoundRow, isRow: string): string {
  const assignments = columns.map((name) => `${quoteName(name)} = ?`).join(', ');
  return `UPDATE OR ABORT ${table} SET ${assignments} WHERE ${isRow}`;
}

function namesOf(columns: readonly string[]): string {
  return columns.map(quoteName).join(', ');
}
