// The names of all that a run will make in the target, and tables of the source that would be carried over under one of them.
import { WizardError, codeOf } from '../../src/errors.js';
import type { Finding } from '../../src/events.js';
import type { Plan } from '../../src/plans/plan.js';
import { fittedPlan } from '../../src/run/snapshot.js';
import type { StepContext } from '../../src/run/step.js';
import { askSource } from '../../src/source/plan-query.js';
import { openSource } from '../../src/source/sqlite.js';

interface Names {
  /** What the plan makes, by itself or for what the source holds. */
  readonly own: readonly string[];
  /** Tables that --on-drift carry adds. */
  readonly carried: readonly string[];
}

/** Tables, sequences, partitions, keys, indexes, functions. */
export function namesToMake(context: StepContext): string[] {
  const { own, carried } = namesOf(context);
  return [...own, ...carried];
}

/** Complains of each table that --on-drift carry would make under a name that the run needs for something of its own. */
export function checkCarriedNames(context: StepContext, report: (finding: Finding) => void): void {
  const { own, carried } = namesOf(context);
  const inTheWay = carried.filter((name) => own.includes(name));
  for (const table of inTheWay)
    report({
      severity: 'error',
      code: 'impossible-name',
      message: `table ${table} cannot be carried over: the run makes something of that name itself`,
      remedies: ['--on-drift leave    leaves it behind; it stays in the backup'],
      table,
    });
}

/** Without those that only the source knows where it cannot be read, which others check. */
function namesOf(context: StepContext): Names {
  const { plan, source } = context.options;
  const own = namesOfPlan(plan);
  try {
    const carried = fittedPlan(context, source)
      .tables.map(({ name }) => name)
      .filter((name) => !plan.tables.some((table) => table.name === name));
    return { own: [...own, ...namesForSource(context)], carried };
  } catch (error) {
    if (error instanceof WizardError || codeOf(error)?.startsWith('SQLITE_') === true)
      return { own, carried: [] };
    throw error;
  }
}

function namesOfPlan({ tables, expected }: Plan): string[] {
  return [
    ...tables.flatMap(({ name, sequence }) => [name, ...(sequence === undefined ? [] : [sequence.name])]),
    ...expected.constraints,
    ...expected.indexes,
    ...(expected.tables ?? []),
    ...(expected.functions ?? []),
  ];
}

function namesForSource({ options: { plan, source } }: StepContext): string[] {
  const db = openSource(source);
  try {
    return plan.schema.flatMap(({ makes }) =>
      makes === undefined ? [] : askSource(db, makes).map(([name]) => String(name)),
    );
  } finally {
    db.close();
  }
}
