// Constrain: keys, indexes, checks, foreign keys and what the target derives on the filled tables, sequences after the highest id,
// VACUUM and ANALYZE.
import { definitionsNow } from '../src/run/definitions.js';
import { applyParts } from '../src/run/index-builds.js';
import { progressOf } from '../src/run/progress.js';
import { fittedPlan, snapshotPath } from '../src/run/snapshot.js';
import { advanceSequence } from '../src/run/sequences.js';
import { type Step, type StepContext, Stopped } from '../src/run/step.js';
import { targetError } from '../src/target/connect.js';
import { loadSql, quoteName } from '../src/target/sql.js';

export const constrain: Step = {
  name: 'constrain',
  title: 'Add keys and indexes',

  plan(context) {
    const { plan, source } = context.options;
    const { extraConstrain } = fittedPlan(context, source);
    return Promise.resolve([
      ...plan.constrain.map(({ file, title }) => ({ title, sql: loadSql(file) })),
      ...extraConstrain.map((sql) => ({ title: 'beyond the plan', sql })),
      { title: 'sequences', sql: '-- Each goes on after the highest id that its table has had.' },
      ...tablesOf(context, source).map((name) => ({
        title: `statistics of ${name}`,
        sql: `VACUUM (ANALYZE) ${quoteName(name)}`,
      })),
    ]);
  },

  async run(context) {
    const client = await context.target();
    const { tables, extraConstrain } = fittedPlan(context);
    const progress = progressOf(context.emit, 'constrain');
    const parts = [
      ...context.options.plan.constrain.map((file) => ({
        ...file,
        name: file.file,
        sql: loadSql(file.file),
      })),
      ...extraConstrain.map((sql, i) => ({ name: `extra-constrain-${i}`, title: 'beyond the plan', sql })),
    ];
    const names = tablesOf(context);
    const total = parts.length + names.length + 1;
    let done = 0;
    const step = (doing: string): void => progress({ doing, done: ++done, total, unit: 'parts' });
    try {
      await applyParts(context, client, parts, step);
      for (const table of tables) await advanceSequence(client, table, snapshotPath(context));
      step('sequences');
      for (const name of names) {
        if (context.stop.aborted) throw new Stopped();
        await client.query(`VACUUM (ANALYZE) ${quoteName(name)}`);
        step(`statistics of ${name}`);
      }
      return {
        summary: `${parts.length} sets of keys and indexes, sequences and statistics are in place`,
        result: { definitions: await definitionsNow(context) },
      };
    } catch (error) {
      throw error instanceof Stopped ? error : targetError('adding keys and indexes', error);
    }
  },

  check: () => Promise.resolve(),
  undo: () => Promise.resolve(undefined),
};

function tablesOf(context: StepContext, source?: string): string[] {
  const { tables } = fittedPlan(context, source);
  return [...tables.map(({ name }) => name), ...(context.options.plan.expected.tables ?? [])];
}
