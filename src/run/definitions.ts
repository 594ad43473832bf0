// How what a run has made is defined in the target: noted when all of it is there, and held against what is found later. A constraint,
// index or function of the same name may do something else by then.
import { z } from 'zod';
import { loadSql } from '../target/sql.js';
import { fittedPlan } from './snapshot.js';
import type { StepContext } from './step.js';

const rowsSchema = z.array(z.object({ name: z.string(), digest: z.string() }));
/** What the constrain step leaves; a run of an earlier version has left nothing. */
const notedSchema = z.object({ definitions: z.record(z.string(), z.string()) });

/** A digest of each definition, by what it is of: `index idx_tokens_status`. */
export async function definitionsNow(context: StepContext): Promise<Record<string, string>> {
  const { plan } = context.options;
  const tables = [...plan.tables, ...fittedPlan(context).tables].map(({ name }) => name);
  const { rows } = await (
    await context.target()
  ).query(loadSql('verify/definitions.sql'), [
    [...tables, ...(plan.expected.tables ?? [])],
    plan.expected.functions ?? [],
  ]);
  return Object.fromEntries(rowsSchema.parse(rows).map(({ name, digest }) => [name, digest]));
}

/** Names of what was noted by the constrain step and is not, or is otherwise, in the target now. What came later is nobody's fault. */
export async function changedDefinitions(context: StepContext): Promise<string[]> {
  const { success, data } = notedSchema.safeParse(context.result('constrain'));
  if (!success) return [];
  const now = await definitionsNow(context);
  return Object.entries(data.definitions)
    .filter(([name, digest]) => now[name] !== digest)
    .map(([name]) => name)
    .sort();
}
