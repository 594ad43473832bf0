// Compares a source with its plan, and makes the plan that fits this very source: columns the plan knows as optional may be
// missing, and what it does not know is carried over or left behind only if the person has said so.
import type { Finding } from '../events.js';
import type { ColumnPlan, ColumnType, Plan, TablePlan } from '../plans/plan.js';
import { quoteName } from '../target/sql.js';
import type { SourceColumn, SourceSchema, SourceTable } from './inspect.js';
import { spelledAsPlanned } from './spelling.js';
import { columnNameProblem, columnsProblem, tableProblem } from './target-names.js';

export interface FittedPlan {
  /** What is copied and compared, parents before children. */
  readonly tables: readonly TablePlan[];
  /** Columns the source has, by table. */
  readonly present: Readonly<Record<string, readonly string[]>>;
  /** Statements for what is carried over beyond the plan. */
  readonly extraSchema: readonly string[];
  readonly extraConstrain: readonly string[];
  readonly findings: readonly Finding[];
}

type OnDrift = 'stop' | 'carry' | 'leave';

const ROWS_AND_KEY =
  'carried over with its rows and primary key; not with defaults, checks, foreign keys and other indexes';
const LEAVE = '--on-drift leave    leaves it behind; it stays in the backup';
const CHOICES = ['--on-drift carry    takes it along as it is', LEAVE];

/** Fits `plan` to what has been found in a source. Findings of severity `error` mean that the run must not start. */
export function fitPlan(plan: Plan, found: SourceSchema, onDrift: OnDrift): FittedPlan {
  const fit = new Fit(onDrift);
  const { schema: source, findings } = spelledAsPlanned(plan, found);
  fit.findings.push(...findings);
  for (const table of plan.tables)
    fit.known(
      table,
      source.tables.find((candidate) => candidate.name === table.name),
    );
  for (const table of source.tables)
    if (!plan.tables.some(({ name }) => name === table.name))
      fit.unknown(table, plan.expected.tables?.includes(table.name) === true);
  if (source.others.length > 0) {
    fit.add('warning', 'views-and-triggers', `not carried over: ${source.others.join(', ')}`, [
      'create them by hand if they are used',
    ]);
  }
  return fit;
}

class Fit implements FittedPlan {
  readonly tables: TablePlan[] = [];
  readonly present: Record<string, readonly string[]> = {};
  readonly extraSchema: string[] = [];
  readonly extraConstrain: string[] = [];
  readonly findings: Finding[] = [];
  private readonly onDrift: OnDrift;

  constructor(onDrift: OnDrift) {
    this.onDrift = onDrift;
  }

  add(
    severity: Finding['severity'],
    code: string,
    message: string,
    remedies: string[],
    table?: string,
    column?: string,
  ): void {
    this.findings.push({
      severity,
      code,
      message,
      remedies,
      ...(table === undefined ? {} : { table }),
      ...(column === undefined ? {} : { column }),
    });
  }

  /** Drift that a person may decide about. */
  private drift(
    code: string,
    what: string,
    carried: string,
    left: string,
    table: string,
    column?: string,
  ): void {
    if (this.onDrift === 'stop') this.add('error', code, what, CHOICES, table, column);
    else
      this.add('warning', code, `${what}: ${this.onDrift === 'carry' ? carried : left}`, [], table, column);
  }

  /** What the target computes by itself: the source's values have no place there. */
  private derived(what: string, table: string, column?: string): void {
    const own = `${what} is computed by the target itself`;
    if (this.onDrift === 'leave') {
      const message = `${own}: the source's values are left behind`;
      this.add('warning', 'derived-in-source', message, [], table, column);
    } else {
      const message = `${own}, and cannot be carried over`;
      this.add('error', 'derived-in-source', message, [LEAVE], table, column);
    }
  }

  known(table: TablePlan, source: SourceTable | undefined): void {
    if (source === undefined) {
      const what = `the source has no table ${table.name}`;
      this.drift('missing-table', what, 'it is created empty', 'it is created empty', table.name);
      return;
    }
    if (source.key.join() !== table.key.join()) {
      const actual = source.key.length === 0 ? 'none' : source.key.join(', ');
      const message = `the primary key of ${table.name} is ${actual}, the plan expects ${table.key.join(', ')}`;
      this.add('error', 'changed-key', message, ['this source needs a plan of its own'], table.name);
    }
    this.readable(source);
    for (const unique of table.unique ?? []) this.uniqueness(table, source, unique);
    const columns = [...table.columns];
    for (const column of table.columns) this.knownColumn(table, column, source);
    for (const column of source.columns) {
      if (table.columns.some(({ name }) => name === column.name)) continue;
      const type = typeFor(column.declared);
      const what = `column ${column.name} ${column.declared} of ${table.name} is not in the plan`;
      if (table.derived?.includes(column.name) === true) {
        this.derived(`column ${column.name} of ${table.name}`, table.name, column.name);
        continue;
      }
      this.drift(
        'unknown-column',
        what,
        `carried over as ${type}, ${column.isGenerated ? 'with its values as they are; the target computes none' : 'without default or check'}`,
        'left behind',
        table.name,
        column.name,
      );
      if (this.onDrift !== 'carry') continue;
      const problem = columnNameProblem(column.name);
      if (problem !== undefined) {
        const why = `column ${column.name} of ${table.name} cannot be carried over: its name ${problem}`;
        this.add('error', 'impossible-name', why, [LEAVE], table.name, column.name);
        continue;
      }
      columns.push({ name: column.name, declared: column.declared, type, nullable: true });
      this.extraSchema.push(
        `ALTER TABLE ${quoteName(table.name)} ADD COLUMN ${quoteName(column.name)} ${type}`,
      );
    }
    const tooMany = columnsProblem(columns.length + (table.derived?.length ?? 0));
    if (tooMany !== undefined) {
      const why = `not all columns of ${table.name} can be carried over: ${tooMany}`;
      this.add('error', 'impossible-name', why, [LEAVE], table.name);
    }
    this.tables.push({ ...table, columns, ...readingOf(source) });
    this.present[table.name] = source.columns.map(({ name }) => name);
  }

  /** A table WITHOUT ROWID is itself an index: where one of its orders is unknown, SQLite reads none of it. */
  private readable({ name, isWithoutRowid, appCollation }: SourceTable, choices: string[] = []): boolean {
    if (!isWithoutRowid || appCollation === undefined) return true;
    const message = `${name} cannot be read: it is WITHOUT ROWID, in the order of collation ${appCollation}, which only the application defines`;
    const remedy =
      'rebuild the table by the application: with a rowid, or without that collation in its key and indexes';
    this.add('error', 'app-collation', message, [...choices, remedy], name);
    return false;
  }

  private uniqueness(table: TablePlan, source: SourceTable, unique: readonly string[]): void {
    const wanted = [...unique].sort().join();
    if (source.unique.some((columns) => [...columns].sort().join() === wanted)) return;
    const message = `${table.name} (${unique.join(', ')}) is unique in the target and not in the source`;
    const columns = unique.map(quoteName).join(', ');
    const check = `SELECT ${columns}, count(*) FROM ${quoteName(table.name)} GROUP BY ${columns} HAVING count(*) > 1`;
    this.add(
      'error',
      'missing-unique',
      message,
      [`${check};   then CREATE UNIQUE INDEX on these columns`],
      table.name,
    );
  }

  private knownColumn(table: TablePlan, column: ColumnPlan, source: SourceTable): void {
    const actual = source.columns.find(({ name }) => name === column.name);
    if (actual === undefined) {
      const what = `the source has no column ${column.name} in ${table.name}`;
      if (column.optional === true)
        this.add('info', 'absent-column', `${what}: it is created empty`, [], table.name, column.name);
      else if (column.nullable === true) {
        this.drift(
          'missing-column',
          what,
          'it is created empty',
          'it is created empty',
          table.name,
          column.name,
        );
      } else {
        this.add(
          'error',
          'missing-column',
          what,
          ['this source needs a plan of its own'],
          table.name,
          column.name,
        );
      }
    } else if (normalize(actual.declared) !== normalize(column.declared)) {
      const declared = actual.declared === '' ? 'without a type' : actual.declared;
      const what = `column ${column.name} of ${table.name} is declared ${declared}, the plan expects ${column.declared}`;
      const taken = `its values are taken as ${column.type}`;
      this.drift('changed-type', what, taken, taken, table.name, column.name);
    }
  }

  /** `isDerived`: the target makes a table of that name by itself. */
  unknown(table: SourceTable, isDerived: boolean): void {
    if (table.kind === 'shadow') return;
    if (isDerived) {
      this.derived(`table ${table.name}`, table.name);
      return;
    }
    const what = `table ${table.name} is not in the plan`;
    if (table.kind === 'virtual') {
      const message = `virtual table ${table.name} has no counterpart in PostgreSQL`;
      const remedies = this.onDrift === 'leave' ? [] : [LEAVE];
      this.add(
        this.onDrift === 'leave' ? 'warning' : 'error',
        'virtual-table',
        message,
        remedies,
        table.name,
      );
      return;
    }
    const fitted = asPlan(table);
    if (fitted === undefined) {
      const remedies = this.onDrift === 'leave' ? [] : [LEAVE];
      const message = `${what} and has no primary key of integers or text to copy it by`;
      this.add(
        this.onDrift === 'leave' ? 'warning' : 'error',
        'unknown-table',
        message,
        remedies,
        table.name,
      );
      return;
    }
    this.drift('unknown-table', what, ROWS_AND_KEY, 'left behind', table.name);
    if (this.onDrift !== 'carry' || !this.readable(table, [LEAVE])) return;
    const problem = tableProblem(table);
    if (problem !== undefined) {
      const why = `table ${table.name} cannot be carried over: ${problem}`;
      this.add('error', 'impossible-name', why, [LEAVE], table.name);
      return;
    }
    this.tables.push(fitted);
    this.present[table.name] = table.columns.map(({ name }) => name);
    const columns = fitted.columns.map(
      ({ name, type, nullable }) => `${quoteName(name)} ${type}${nullable === true ? '' : ' NOT NULL'}`,
    );
    this.extraSchema.push(`CREATE TABLE ${quoteName(table.name)} (${columns.join(', ')})`);
    this.extraConstrain.push(
      `ALTER TABLE ${quoteName(table.name)} ADD PRIMARY KEY (${fitted.key.map(quoteName).join(', ')})`,
    );
  }
}

function readingOf({
  keyMayBeNull,
  appCollation,
}: SourceTable): Pick<TablePlan, 'keyMayBeNull' | 'avoidsIndexes'> {
  return { keyMayBeNull, ...(appCollation === undefined ? {} : { avoidsIndexes: true }) };
}

function asPlan(table: SourceTable): TablePlan | undefined {
  const { name, columns, key } = table;
  const plans = columns.map((column: SourceColumn): ColumnPlan => {
    const isKey = column.keyPosition > 0;
    const type = typeFor(column.declared);
    return { name: column.name, declared: column.declared, type, nullable: !isKey, indexed: isKey };
  });
  const inKey = plans.filter((column) => key.includes(column.name));
  if (inKey.length === 0 || !inKey.every(({ type }) => type === 'text' || type === 'bigint'))
    return undefined;
  return { name, columns: plans, key, ...readingOf(table) };
}

function normalize(declared: string): string {
  return declared.toUpperCase().replace(/\s+/g, '');
}

/** A type that holds what such a column usually holds; the value scan then looks at every value. */
function typeFor(declared: string): ColumnType {
  const name = normalize(declared);
  if (name.includes('INT') || name.startsWith('BOOL')) return 'bigint';
  if (name.startsWith('JSON')) return 'jsonb';
  if (/CHAR|CLOB|TEXT|STRING|UUID|^DATE$|^TIME$/.test(name) || name === '') return 'text';
  if (name.includes('BLOB') || name.includes('BINARY')) return 'bytea';
  if (/REAL|FLOA|DOUB/.test(name)) return 'double precision';
  if (/DATETIME|TIMESTAMP/.test(name)) return 'timestamptz';
  return 'numeric';
}
