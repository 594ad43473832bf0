// Row changes waiting to be applied, in SQLite's own temporary file: a week of an application's writes does not fit in memory.
// They come out in the order in which they can be applied.
import type { Statement } from 'better-sqlite3';
import { z } from 'zod';
import type { RowChange } from '../chunk/changes.js';
import type { TablePlan } from '../plans/plan.js';
import { Database } from './sqlite-driver.js';

const fields = z.array(z.string().nullable());
const changeSchema = z.object({
  kind: z.enum(['insert', 'update', 'delete']),
  table: z.string(),
  key: fields,
  fields,
  changed: z.array(z.number()),
});

export class ChangeSpool {
  size = 0;
  // Without a name the file has none either: it is gone with the connection, or with the process.
  private readonly db = new Database('');
  private readonly insert: Statement<[rank: number, number: number, change: string]>;
  private readonly ranks: ReadonlyMap<string, number>;

  /** `tables` has parents before children. */
  constructor(tables: readonly TablePlan[]) {
    this.ranks = new Map(tables.map(({ name }, i) => [name, i]));
    this.db.exec(
      `PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -2000;
       CREATE TABLE change (rank INTEGER, number INTEGER, change TEXT, PRIMARY KEY (rank, number)) WITHOUT ROWID; BEGIN`,
    );
    this.insert = this.db.prepare('INSERT INTO change VALUES (?, ?, ?)');
  }

  add(change: RowChange): void {
    this.insert.run(this.rankOf(change), this.size, JSON.stringify(change));
    this.size++;
  }

  /** Deletes, children before parents; then updates, then inserts, both parents before children. */
  *inOrder(): Generator<RowChange> {
    const rows = this.db.prepare<[], string>('SELECT change FROM change ORDER BY rank, number').pluck();
    for (const text of rows.iterate()) yield changeSchema.parse(JSON.parse(text));
  }

  close(): void {
    this.db.close();
  }

  private rankOf({ kind, table }: RowChange): number {
    const at = this.ranks.get(table);
    if (at === undefined) throw new RangeError(`no table ${table}`);
    const last = this.ranks.size - 1;
    return kind === 'delete' ? last - at : (kind === 'update' ? 1 : 2) * this.ranks.size + at;
  }
}
