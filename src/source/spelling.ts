// Names that differ from the plan's in the case of ASCII letters alone are the same names to SQLite, and so to the application.
import type { Finding } from '../events.js';
import type { Plan, TablePlan } from '../plans/plan.js';
import type { SourceSchema, SourceTable } from './inspect.js';

/** The schema with the plan's spelling wherever SQLite sees no difference, and a finding for each name that is spelled otherwise. */
export function spelledAsPlanned(
  plan: Plan,
  schema: SourceSchema,
): { readonly schema: SourceSchema; readonly findings: readonly Finding[] } {
  const findings: Finding[] = [];
  const names = [...plan.tables.map(({ name }) => name), ...(plan.expected.tables ?? [])];
  const tables = schema.tables.map((table) => {
    const name = plannedName(names, table.name);
    if (name !== table.name) findings.push(otherSpelling(`table ${table.name}`, name, { table: name }));
    const planned = plan.tables.find((candidate) => candidate.name === name);
    return { ...(planned === undefined ? table : withColumnsOf(planned, table, findings)), name };
  });
  return { schema: { ...schema, tables }, findings };
}

function withColumnsOf(planned: TablePlan, table: SourceTable, findings: Finding[]): SourceTable {
  const names = [...planned.columns.map(({ name }) => name), ...(planned.derived ?? [])];
  const spell = (column: string): string => plannedName(names, column);
  const columns = table.columns.map((column) => {
    const name = spell(column.name);
    if (name !== column.name) {
      const what = `column ${column.name} of ${table.name}`;
      findings.push(otherSpelling(what, name, { table: planned.name, column: name }));
    }
    return { ...column, name };
  });
  const unique = table.unique.map((columnNames) => columnNames.map(spell));
  return { ...table, columns, key: table.key.map(spell), unique };
}

function otherSpelling(what: string, planned: string, where: Pick<Finding, 'table' | 'column'>): Finding {
  const message = `${what} is ${planned} to SQLite too, and is called so in the target`;
  return { severity: 'info', code: 'other-spelling', message, remedies: [], ...where };
}

function plannedName(names: readonly string[], name: string): string {
  const folded = foldName(name);
  return names.find((candidate) => foldName(candidate) === folded) ?? name;
}

/** A name as SQLite compares it: it folds the letters A to Z and no others (sqlite3StrICmp). */
export function foldName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
