// The names of all that a run will make in the target, and tables of the source that would be carried over under one of them.
import { WizardError, codeOf } from '../../src/errors.js';
import type { Finding } from '../../src/events.js';
import type { Plan } from '../../src/plans/plan.js';
import { fittedPlan } from '../../src/run/snapshot.js';
import type { StepContext } from '../../src/run/step.js';
import { askSource } from '../../src/source/plan-query.js';
import { openSource } from '../../src/source/sqlite.js';

/** Tables, sequences, partitions, keys, indexes, functions. Of the source only when it can be read, which others check. */
export function namesToMake(context: StepContext): string[] {
  const { plan, source } = context.options;
  const own = namesOf(plan);
  return ifReadable(
    () => [
      ...own,
      ...fittedPlan(context, source).tables.map(({ name }) => name),
      ...namesFromSource(context),
    ],
    own,
  );
}

/** Complains of each table that --on-drift carry would make under a name that the run needs for something of its own. */
export function checkCarriedNames(context: StepContext, report: (finding: Finding) => void): void {
  const { plan, source } = context.options;
  const inTheWay = ifReadable(() => {
    const carried = fittedPlan(context, source)
      .tables.map(({ name }) => name)
      .filter((name) => !plan.tables.some((table) => table.name === name));
    if (carried.length === 0) return [];
    const own = new Set([...namesOf(plan), ...namesFromSource(context)]);
    return carried.filter((name) => own.has(name));
  }, []);
  for (const table of inTheWay)
    report({
      severity: 'error',
      code: 'impossible-name',
      message: `table ${table} cannot be carried over: the run makes something of that name itself`,
      remedies: ['--on-drift leave    leaves it behind; it stays in the backup'],
      table,
    });
}

function namesOf({ tables, expected }: Plan): string[] {
  return [
    ...tables.flatMap(({ name, sequence }) => [name, ...(sequence === undefined ? [] : [sequence.name])]),
    ...expected.constraints,
    ...expected.indexes,
    ...(expected.tables ?? []),
    ...(expected.functions ?? []),
  ];
}

function namesFromSource({ options: { plan, source } }: StepContext): string[] {
  const db = openSource(source);
  try {
    return plan.schema.flatMap(({ makes }) =>
      makes === undefined ? [] : askSource(db, makes).map(([name]) => String(name)),
    );
  } finally {
    db.close();
  }
}

function ifReadable<T>(ask: () => T, otherwise: T): T {
  try {
    return ask();
  } catch (error) {
    if (error instanceof WizardError || codeOf(error)?.startsWith('SQLITE_') === true) return otherwise;
    throw error;
  }
}
