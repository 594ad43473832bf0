// Schema: the ledger and the application's tables, without keys and indexes, which follow when the rows are in.
import { WizardError } from '../src/errors.js';
import { progressOf } from '../src/run/progress.js';
import { backupResult, fittedPlan, snapshotPath } from '../src/run/snapshot.js';
import { type Step, type StepContext, Stopped } from '../src/run/step.js';
import { askSource } from '../src/source/plan-query.js';
import { openSource } from '../src/source/sqlite.js';
import { targetError } from '../src/target/connect.js';
import { applyOnce, enterRun, hasRun } from '../src/target/ledger.js';
import { loadSql } from '../src/target/sql.js';
import { packageVersion } from '../src/package-root.js';
import { rolesOf } from '../src/plans/modules.js';
import type { RolePlan, SqlFile } from '../src/plans/plan.js';

const ROLES = 'ledger/make_roles.sql';

export const schema: Step = {
  name: 'schema',
  title: 'Create the tables',

  plan(context) {
    const { plan, source } = context.options;
    const extra = fittedPlan(context, source).extraSchema;
    const roles = rolesOf(plan);
    return Promise.resolve([
      { title: 'ledger', sql: loadSql('ledger/010_ledger.sql') },
      ...(roles.length === 0 ? [] : [{ title: `roles ${namesOf(roles)}`, sql: loadSql(ROLES) }]),
      ...plan.schema.map(({ file, title }) => ({ title, sql: loadSql(file) })),
      ...extra.map((sql) => ({ title: 'beyond the plan', sql })),
    ]);
  },

  async run(context) {
    const client = await context.target();
    const { plan } = context.options;
    const { tables, extraSchema } = fittedPlan(context);
    const progress = progressOf(context.emit, 'schema');
    const total = plan.schema.length + 1 + extraSchema.length;
    let done = 0;
    try {
      const { sha256 } = backupResult(context);
      const entry = {
        id: context.run,
        plan: plan.name,
        source: context.options.source,
        snapshotSha256: sha256,
      };
      await enterRun(client, { ...entry, wizardVersion: packageVersion() });
      progress({ doing: 'ledger', done: ++done, total, unit: 'parts' });
      const roles = rolesOf(plan);
      if (roles.length > 0)
        await applyOnce(client, context.run, 'roles', loadSql(ROLES), [context.run, JSON.stringify(roles)]);
      for (const file of plan.schema) {
        if (context.stop.aborted) throw new Stopped();
        await applyOnce(client, context.run, file.file, loadSql(file.file), parametersOf(context, file));
        progress({ doing: file.title, done: ++done, total, unit: 'parts' });
      }
      for (const [i, sql] of extraSchema.entries()) {
        await applyOnce(client, context.run, `extra-schema-${i}`, sql);
        progress({ doing: 'beyond the plan', done: ++done, total, unit: 'parts' });
      }
    } catch (error) {
      throw error instanceof Stopped ? error : targetError('creating the tables', error);
    }
    const added = (plan.added ?? []).map(({ name }) => name);
    const modules = added.length === 0 ? '' : `, and what ${added.join(' and ')} needs`;
    return { summary: `${tables.length} tables and the ledger are there${modules}` };
  },

  async check(context) {
    if (await hasRun(await context.target(), context.run)) return;
    throw new WizardError({
      code: 'LEDGER_GONE',
      message: `the target no longer holds the ledger of run ${context.run}`,
      remedies: ['check --target', '--restart begins anew'],
      exitCode: 5,
    });
  },

  // The machine drops what the ledger lists when all steps have been undone.
  undo: () => Promise.resolve('tables of this run and its ledger are dropped'),
};

function namesOf(roles: readonly RolePlan[]): string {
  return roles.map(({ name }) => name).join(', ');
}

/** Values for the file, from a query on the snapshot. */
function parametersOf(context: StepContext, { parameters }: SqlFile): (string | null)[] {
  if (parameters === undefined) return [];
  const db = openSource(snapshotPath(context));
  try {
    const [row = []] = askSource(db, parameters);
    return row.map((value) => (value === null ? null : String(value)));
  } finally {
    db.close();
  }
}
