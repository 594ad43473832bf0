// Applies row changes to the target: inserts, updates of the columns that differ, deletes; many rows a statement. The caller has
// a transaction open. Parents before children, deletes last and the other way round, so that no foreign key is ever broken.
import type pg from 'pg';
import type { RowChange } from '../chunk/changes.js';
import { columnOf, keyColumns } from '../chunk/range.js';
import { isTextType } from '../codec/column.js';
import { WizardError } from '../errors.js';
import type { ColumnPlan, TablePlan } from '../plans/plan.js';
import { fillSql, quoteName } from './sql.js';

/** Rows a statement. */
const BATCH_ROWS = 500;

/**
 * Throws TARGET_CHANGED (exit 6) when a row to be changed is not there, because somebody else writes to the target; CHILDREN_LEFT (exit 6)
 * when a row to be deleted would take others with it.
 */
export async function applyToTarget(
  client: pg.Client,
  tables: readonly TablePlan[],
  changes: readonly RowChange[],
): Promise<void> {
  const applied = tables.map((table) => {
    const own = changes.filter((change) => change.table === table.name);
    return new TableChanges(client, table, own);
  });
  for (const table of applied) await table.park();
  for (const table of applied) await table.upsert();
  for (const table of applied.reverse()) await table.remove(tables);
}

/** The error when only `found` of `wanted` rows could be changed. */
type Wrong = (table: TablePlan, wanted: number, found: number) => WizardError;

interface ByKey {
  readonly places?: Readonly<Record<string, string>>;
  readonly extra?: readonly ColumnPlan[];
  readonly valuesOf?: (change: RowChange) => (string | null)[];
  readonly wrong?: Wrong;
}

class TableChanges {
  private readonly client: pg.Client;
  private readonly table: TablePlan;
  private readonly changes: readonly RowChange[];

  constructor(client: pg.Client, table: TablePlan, changes: readonly RowChange[]) {
    this.client = client;
    this.table = table;
    this.changes = changes;
  }

  /** See sql/catch-up/park_unique.sql. */
  async park(): Promise<void> {
    const deletes = this.of('delete');
    const inserts = this.of('insert');
    for (const name of (this.table.unique ?? []).flat()) {
      const column = columnOf(this.table, name);
      const position = this.table.columns.indexOf(column);
      const updates = this.of('update').filter(({ changed }) => changed.includes(position));
      const rows = [...updates, ...(inserts.length + updates.length > 0 ? deletes : [])];
      if (!isTextType(column.type) || rows.length === 0) continue;
      await this.byKey('catch-up/park_unique.sql', rows, { places: { column: quoteName(name) } });
    }
  }

  async upsert(): Promise<void> {
    const { columns } = this.table;
    const groups = new Map<string, RowChange[]>();
    for (const change of this.of('update')) {
      const name = change.changed.join();
      groups.set(name, [...(groups.get(name) ?? []), change]);
    }
    for (const rows of groups.values()) {
      const changed = (rows[0]?.changed ?? []).flatMap((position) => columns[position] ?? []);
      const positions = rows[0]?.changed ?? [];
      await this.byKey('catch-up/update_rows.sql', rows, {
        extra: changed,
        valuesOf: ({ fields }) => positions.map((position) => fields[position] ?? null),
      });
    }
    await this.inBatches(this.of('insert'), (rows) => {
      const names = columns.map(({ name }) => quoteName(name)).join(', ');
      const sql = fillSql('catch-up/insert_rows.sql', {
        table: quoteName(this.table.name),
        columns: names,
        values: columns.map(castOf).join(', '),
        parameters: holes(columns.length),
      });
      return { sql, values: columns.map((_, i) => rows.map(({ fields }) => fields[i] ?? null)) };
    });
  }

  /** `tables` are those whose rows may refer to these. */
  async remove(tables: readonly TablePlan[]): Promise<void> {
    const { name: parent } = this.table;
    const referring = tables.flatMap(({ name, foreignKeys }) =>
      (foreignKeys ?? [])
        .filter(({ references }) => references.table === parent && name !== parent)
        .map((foreignKey) => ({ name, ...foreignKey })),
    );
    const childless = referring.map(({ name, columns, references }) => {
      const pairs = columns.map(
        (column, i) => `child.${quoteName(column)} = old.${quoteName(references.columns[i] ?? '')}`,
      );
      return ` AND NOT EXISTS (SELECT FROM ${quoteName(name)} AS child WHERE ${pairs.join(' AND ')})`;
    });
    const children = [...new Set(referring.map(({ name }) => name))];
    const wrong: Wrong = (table, wanted, found) =>
      children.length === 0 ? changedUnderneath(table, wanted, found) : childrenLeft(table, children);
    const places = { and_childless: childless.join('') };
    await this.byKey('catch-up/delete_rows.sql', this.of('delete'), { places, wrong });
  }

  private of(kind: RowChange['kind']): RowChange[] {
    return this.changes.filter((change) => change.kind === kind);
  }

  /** A statement that finds its rows by key; `extra` columns come with them. */
  private byKey(
    file: string,
    changes: readonly RowChange[],
    { places = {}, extra = [], valuesOf = () => [], wrong }: ByKey,
  ): Promise<void> {
    const keys = keyColumns(this.table);
    const keyNames = keys.map((_, i) => `key_${i + 1}`);
    const names = [...keyNames, ...extra.map(({ name }) => quoteName(name))];
    const sql = fillSql(file, {
      table: quoteName(this.table.name),
      columns: names.join(', '),
      parameters: holes(names.length),
      assignments: extra.map((column) => `${quoteName(column.name)} = ${castOf(column)}`).join(', '),
      same_key: keys
        .map(
          ({ name, type }, i) =>
            `old.${quoteName(name)} = new.key_${i + 1}::${isTextType(type) ? 'text' : type}`,
        )
        .join(' AND '),
      ...places,
    });
    return this.inBatches(
      changes,
      (rows) => {
        const cells = rows.map((row) => [...row.key, ...valuesOf(row)]);
        return { sql, values: names.map((_, i) => cells.map((row) => row[i] ?? null)) };
      },
      wrong,
    );
  }

  private async inBatches(
    changes: readonly RowChange[],
    statementFor: (rows: readonly RowChange[]) => { sql: string; values: (string | null)[][] },
    wrong: Wrong = changedUnderneath,
  ): Promise<void> {
    for (let at = 0; at < changes.length; at += BATCH_ROWS) {
      const rows = changes.slice(at, at + BATCH_ROWS);
      const { sql, values } = statementFor(rows);
      const { rowCount } = await this.client.query(sql, values);
      if (rowCount !== rows.length) throw wrong(this.table, rows.length, rowCount ?? 0);
    }
  }
}

/** `$1::text[], $2::text[], …` */
function holes(count: number): string {
  return Array.from({ length: count }, (_, i) => `$${i + 1}::text[]`).join(', ');
}

/** Not to varchar: an explicit cast would cut what is too long, the assignment refuses it. */
function castOf({ name, type }: ColumnPlan): string {
  return `new.${quoteName(name)}::${isTextType(type) ? 'text' : type}`;
}

function changedUnderneath({ name }: TablePlan, wanted: number, found: number): WizardError {
  return new WizardError({
    code: 'TARGET_CHANGED',
    message: `${found} of ${wanted} rows to be changed in ${name} are in the target: somebody else writes to it`,
    remedies: ['stop what writes to the target, then the same command again'],
    exitCode: 6,
  });
}

function childrenLeft({ name }: TablePlan, children: readonly string[]): WizardError {
  return new WizardError({
    code: 'CHILDREN_LEFT',
    message: `rows of ${name} that the source no longer has cannot be deleted in the target: rows of ${children.join(' or ')} there refer to them`,
    remedies: [
      'ttm-wizard verify names every row that differs; what the application has not written, take back',
      'then the same command again',
    ],
    exitCode: 6,
  });
}
