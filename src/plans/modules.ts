// A plan with the modules that were chosen: their files, roles and what has to exist afterwards become the plan's own, so that no step
// knows of modules.
import { nearest } from '../config/nearest.js';
import { WizardError } from '../errors.js';
import type { ModulePlan, Plan, RolePlan } from './plan.js';

/** The modules of those names, each once and in the plan's order. Throws UNKNOWN_MODULE (exit 2). */
export function modulesNamed(plan: Plan, names: readonly string[]): ModulePlan[] {
  const known = plan.modules ?? [];
  for (const name of names) {
    if (!known.some((module) => module.name === name)) throw unknownModule(plan, name);
  }
  return known.filter(({ name }) => names.includes(name));
}

/** The plan of a run that adds those modules. */
export function withModules(plan: Plan, names: readonly string[]): Plan {
  const added = modulesNamed(plan, names);
  if (added.length === 0) return plan;
  const { expected } = plan;
  const all = <T>(
    own: readonly T[] | undefined,
    of: (module: ModulePlan) => readonly T[] | undefined,
  ): T[] => [...(own ?? []), ...added.flatMap((module) => of(module) ?? [])];
  return {
    ...plan,
    title: `${plan.title}, with ${added.map(({ name }) => name).join(' and ')}`,
    schema: all(plan.schema, (module) => module.schema),
    constrain: all(plan.constrain, (module) => module.constrain),
    expected: {
      constraints: all(expected.constraints, (module) => module.expected.constraints),
      indexes: all(expected.indexes, (module) => module.expected.indexes),
      tables: all(expected.tables, (module) => module.expected.tables),
      functions: all(expected.functions, (module) => module.expected.functions),
      triggers: all(expected.triggers, (module) => module.expected.triggers),
    },
    added,
  };
}

/** All roles that the added modules need. */
export function rolesOf({ added = [] }: Plan): RolePlan[] {
  return added.flatMap(({ roles = [] }) => roles);
}

function unknownModule(plan: Plan, name: string): WizardError {
  const names = (plan.modules ?? []).map((module) => module.name);
  const near = nearest(name, names);
  const remedy =
    names.length === 0
      ? 'the same without --with'
      : near === undefined
        ? `--with ${names.join(' | ')}`
        : `Did you mean --with ${near}?`;
  return new WizardError({
    code: 'UNKNOWN_MODULE',
    message: `plan ${plan.name} has no module ${JSON.stringify(name)}`,
    remedies: [remedy],
    exitCode: 2,
  });
}
