// Reads one chunk of the source row by row and encodes it. The same loop serves survey, copy and verification.
import type { Database, Statement } from 'better-sqlite3';
import type { SqliteValue } from '../codec/column.js';
import { storageClass } from '../codec/column.js';
import { Problem } from '../codec/problem.js';
import { RowEncoder, type RowProblem } from '../codec/row.js';
import type { ColumnPlan, TablePlan } from '../plans/plan.js';
import { quoteName } from '../target/sql.js';
import type { OrphanRule } from './jobs.js';
import { LargeRows, type Range } from './large-rows.js';
import {
  type ChunkRange,
  columnOf,
  isTextKey,
  parentKey,
  sourceKey,
  sourceKeys,
  sourceRange,
  sourceTable,
} from './range.js';

export interface BadRow {
  /** The row's key for show and for the quarantine: values joined by commas. */
  readonly key: string;
  /** The key's values as rows of child tables would refer to them; see OrphanRule. */
  readonly parentKey: string;
  readonly row: readonly SqliteValue[];
  /** Position within the chunk, from 0. */
  readonly index: number;
  readonly problems: readonly RowProblem[];
}

/** A cell exactly as the source stores it. */
export interface RawCell {
  readonly column: string;
  readonly storageClass: ReturnType<typeof storageClass>;
  /** Null for NULL; otherwise bytes as the ledger's comment on `quarantine.value` describes them. */
  readonly bytes: Buffer | null;
}

interface OrphanCheck {
  readonly column: ColumnPlan;
  readonly positions: readonly number[];
  readonly parent: string;
  /** Undefined when the source has no such table, so that nothing can lead there. */
  readonly statement: Statement | undefined;
  readonly badParents: ReadonlySet<string>;
  /** Foreign key values met in this chunk, and whether they lead to a row that is carried over. */
  readonly known: Map<unknown, boolean>;
}

const MAX_KNOWN_PARENTS = 100_000;
/** Characters; the quarantine's own key, of which it is a part, is an index entry of at most 2,704 bytes. */
const MAX_SHOWN_KEY = 500;

export class ChunkReader {
  readonly encoder: RowEncoder;
  readonly table: TablePlan;
  private readonly db: Database;
  private readonly side: Database;
  private readonly present: readonly string[];
  /** UTF-8, UTF-16le or UTF-16be: how the file stores its text. */
  private readonly encoding: string;
  private readonly keyPositions: readonly number[];
  private readonly large: LargeRows;
  private readonly statements = new Map<string, Statement<unknown[], SqliteValue[]>>();

  /** `side` is a second connection to the same file, because the first can prepare nothing while rows come from it. */
  constructor(
    db: Database,
    side: Database,
    table: TablePlan,
    present: readonly string[],
    maxRowBytes?: number,
  ) {
    this.db = db;
    this.side = side;
    this.table = table;
    this.present = present;
    this.encoder = new RowEncoder(table.columns);
    this.large = new LargeRows(side, table, present, maxRowBytes);
    this.encoding = String(side.pragma('encoding', { simple: true }));
    this.keyPositions = table.key.map((name) => table.columns.findIndex((column) => column.name === name));
  }

  /**
   * Yields each good row, whose line then stands in `encoder.out`, and calls `bad` for each row with problems. The caller may
   * wait for a stream between two rows. Where `isMeasured`, no row is too large: to ask for their lengths takes as long as a sixteenth
   * of reading and encoding them.
   */
  *read(
    chunk: ChunkRange,
    orphans: readonly OrphanRule[],
    bad: (row: BadRow) => void,
    isMeasured = false,
  ): Generator<SqliteValue[]> {
    const { where, values } = isMeasured ? sourceRange(this.table, chunk) : this.readableRange(chunk, bad);
    const checks = orphans.map((rule) => this.orphanCheck(rule));
    let index = -1;
    for (const row of this.statement(where).iterate(...values)) {
      index++;
      this.encoder.length = 0;
      let problems = this.encode(row, chunk, index);
      for (const check of checks) {
        if (!this.isOrphan(check, row)) continue;
        const problem = new Problem('orphan', `has no row in ${check.parent}`);
        const value = row[check.positions[0] ?? 0] ?? null;
        problems = [...(problems ?? []), { column: check.column, value, problem }];
      }
      if (problems === undefined) yield row;
      else {
        bad({
          key: this.shownKey(row, chunk, index),
          parentKey: parentKey(this.keyPositions.map((position) => row[position])),
          row,
          index,
          problems,
        });
      }
    }
  }

  /** Whether the chunk holds a row that must not be read. */
  hasLargeRow(chunk: ChunkRange): boolean {
    return this.large.isIn(sourceRange(this.table, chunk));
  }

  private readableRange(chunk: ChunkRange, bad?: (row: BadRow) => void): Range {
    const range = sourceRange(this.table, chunk);
    if (!this.large.isIn(range)) return range;
    if (bad !== undefined) for (const row of this.large.list(range)) bad(row);
    return this.large.without(range);
  }

  /** The rows as they are, for a chunk whose values have all been checked. */
  readTrusted(chunk: ChunkRange): IterableIterator<SqliteValue[]> {
    const { where, values } = sourceRange(this.table, chunk);
    return this.statement(where).iterate(...values);
  }

  private encode(row: readonly SqliteValue[], chunk: ChunkRange, index: number): RowProblem[] | undefined {
    const problems = this.encoder.encode(row);
    const isSuspicious = problems?.some(({ problem }) => problem.code === 'text-utf8') === true;
    // From UTF-16 SQLite makes UTF-8 itself, and swallows half of what is broken without a mark.
    if (!isSuspicious && this.encoding === 'UTF-8') return problems;
    // U+FFFD may be the reader's mark for broken bytes, or really be in the source: the bytes decide.
    const broken = this.rawCells(row, chunk, index).filter(
      (cell) => cell.storageClass === 'text' && cell.bytes !== null && !this.isValidText(cell.bytes),
    );
    this.encoder.length = 0;
    this.encoder.trustReplacement = true;
    const others = this.encoder.encode(row) ?? [];
    this.encoder.trustReplacement = false;
    if (broken.length === 0) return others.length === 0 ? undefined : others;
    const damaged = broken.map(({ column: name }): RowProblem => {
      const column = columnOf(this.table, name);
      const problem = new Problem('text-utf8', `is not valid ${this.encoding}`);
      return { column, value: row[this.table.columns.indexOf(column)] ?? null, problem };
    });
    return [
      ...others.filter(({ column }) => !broken.some((cell) => cell.column === column.name)),
      ...damaged,
    ];
  }

  private isValidText(bytes: Buffer): boolean {
    try {
      new TextDecoder(this.encoding.toLowerCase(), { fatal: true, ignoreBOM: true }).decode(bytes);
      return true;
    } catch {
      return false;
    }
  }

  /** Whether the key as read leads back to this row and no other: damaged text and NULL do not. */
  private hasSoundKey(row: readonly SqliteValue[]): boolean {
    return this.keyPositions.every((position) => {
      const value = row[position] ?? null;
      return value !== null && !(typeof value === 'string' && /[\uFFFD\0]/.test(value));
    });
  }

  /** Whether the key as shown names this row and no other, so that the quarantine can be told by it. */
  private hasTellingKey(row: readonly SqliteValue[]): boolean {
    if (!this.hasSoundKey(row)) return false;
    return this.keyPositions.every((position) => {
      const value = row[position];
      const column = this.table.columns[position];
      // Of another storage class than its column's it may look like a key that is there too: 1 and '1'.
      if (typeof value !== (column !== undefined && isTextKey(column) ? 'string' : 'bigint')) return false;
      return this.keyPositions.length === 1 || typeof value !== 'string' || !value.includes(',');
    });
  }

  private shownKey(row: readonly SqliteValue[], chunk: ChunkRange, index: number): string {
    // PostgreSQL text, which the quarantine keeps it in, has no NUL.
    const key = this.keyPositions.map((position) => String(row[position]).replaceAll('\0', '\\0')).join(',');
    if (key.length <= MAX_SHOWN_KEY && this.hasTellingKey(row)) return key;
    // Half of a character would be stored as another one.
    const short = key.slice(0, MAX_SHOWN_KEY).replace(/[\ud800-\udbff]$/, '');
    return `${short} (row ${index + 1} of chunk ${chunk.number})`;
  }

  private isOrphan(rule: OrphanCheck, row: readonly SqliteValue[]): boolean {
    const values = rule.positions.map((position) => row[position] ?? null);
    // MATCH SIMPLE: a key with a NULL in it refers to nothing.
    if (values.includes(null)) return false;
    const name = values.length === 1 ? values[0] : parentKey(values);
    let isKnown = rule.known.get(name);
    if (isKnown === undefined) {
      isKnown = rule.statement?.get(...values) !== undefined && !rule.badParents.has(parentKey(values));
      if (rule.known.size >= MAX_KNOWN_PARENTS) rule.known.clear();
      rule.known.set(name, isKnown);
    }
    return !isKnown;
  }

  private hasTable(name: string): boolean {
    const sql = `SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ? COLLATE NOCASE`;
    return this.side.prepare(sql).get(name) !== undefined;
  }

  private orphanCheck({ foreignKey, badParents }: OrphanRule): OrphanCheck {
    const { table, columns } = foreignKey.references;
    // As the target compares, whatever collation the parent declares.
    const isParent = columns.map((name) => `${quoteName(name)} = ? COLLATE BINARY`).join(' AND ');
    const sql = `SELECT 1 FROM ${quoteName(table)} WHERE ${isParent}`;
    const column = columnOf(this.table, foreignKey.columns[0] ?? '');
    return {
      column,
      positions: foreignKey.columns.map((name) => this.table.columns.indexOf(columnOf(this.table, name))),
      parent: table,
      // By the connection that the rows come from: in WAL mode the other one may see a later moment, in which both have been deleted.
      statement: this.hasTable(table) ? this.db.prepare(sql) : undefined,
      badParents: new Set(badParents),
      known: new Map(),
    };
  }

  private statement(where: string): Statement<unknown[], SqliteValue[]> {
    let statement = this.statements.get(where);
    if (statement === undefined) {
      const names = this.table.columns.map((column) => this.expression(column.name));
      const sql = `SELECT ${names.join(', ')} FROM ${sourceTable(this.table)} WHERE ${where} ORDER BY ${sourceKey(this.table)}`;
      statement = this.db.prepare<unknown[], SqliteValue[]>(sql).raw(true).safeIntegers(true);
      this.statements.set(where, statement);
    }
    return statement;
  }

  private expression(name: string): string {
    return this.present.includes(name) ? quoteName(name) : `NULL AS ${quoteName(name)}`;
  }

  /** The cells of the row at `index` of the chunk, byte for byte. */
  rawCells(row: readonly SqliteValue[], chunk: ChunkRange, index: number): RawCell[] {
    const cells = this.table.columns.map(
      (column) => `CAST(${this.expression(column.name).replace(/ AS .*/, '')} AS BLOB)`,
    );
    const from = `SELECT ${cells.join(', ')} FROM ${sourceTable(this.table)}`;
    let blobs: (Buffer | null)[] | undefined;
    if (this.hasSoundKey(row)) {
      const isRow = sourceKeys(this.table).map((name) => `${name} = ?`);
      const sql = `${from} WHERE ${isRow.join(' AND ')}`;
      const key = this.keyPositions.map((position) => row[position] ?? null);
      blobs = this.side
        .prepare<unknown[], (Buffer | null)[]>(sql)
        .raw(true)
        .get(...key);
    } else {
      const { where, values } = this.readableRange(chunk);
      const sql = `${from} WHERE ${where} ORDER BY ${sourceKey(this.table)} LIMIT 1 OFFSET ?`;
      blobs = this.side
        .prepare<unknown[], (Buffer | null)[]>(sql)
        .raw(true)
        .get(...values, BigInt(index));
    }
    return this.table.columns.map((column, i) => {
      const value = row[i] ?? null;
      const kind = storageClass(value);
      if (typeof value === 'bigint' || typeof value === 'number') {
        return { column: column.name, storageClass: kind, bytes: Buffer.from(digitsOf(value)) };
      }
      if (value === null) return { column: column.name, storageClass: kind, bytes: null };
      return { column: column.name, storageClass: kind, bytes: blobs?.[i] ?? Buffer.from(value) };
    });
  }
}

/** The sign of a negative zero belongs to the value too. */
function digitsOf(value: bigint | number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}
