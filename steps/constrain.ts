// Constrain: keys, indexes, checks and foreign keys on the filled tables, sequences after the highest id, VACUUM and ANALYZE.
import type pg from 'pg';
import { progressOf } from '../src/run/progress.js';
import { fittedPlan, snapshotPath } from '../src/run/snapshot.js';
import { advanceSequence } from '../src/run/sequences.js';
import { type Step, type StepContext, Stopped } from '../src/run/step.js';
import { connectTarget, targetError } from '../src/target/connect.js';
import { applyOnce } from '../src/target/ledger.js';
import { loadSql, quoteName } from '../src/target/sql.js';

/** For the index builds of this session; the server's default of 64 MB makes them sort on disk. */
const MAINTENANCE_MEMORY = '256MB';
const POLL_MS = 500;

export const constrain: Step = {
  name: 'constrain',
  title: 'Add keys and indexes',

  plan(context) {
    const { plan, source } = context.options;
    const { tables, extraConstrain } = fittedPlan(context, source);
    return Promise.resolve([
      ...plan.constrain.map(({ file, title }) => ({ title, sql: loadSql(file) })),
      ...extraConstrain.map((sql) => ({ title: 'beyond the plan', sql })),
      { title: 'sequences', sql: '-- Each goes on after the highest id that its table has had.' },
      ...tables.map(({ name }) => ({
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
      ...context.options.plan.constrain.map(({ file, title }) => ({ name: file, title, sql: loadSql(file) })),
      ...extraConstrain.map((sql, i) => ({ name: `extra-constrain-${i}`, title: 'beyond the plan', sql })),
    ];
    const total = parts.length + tables.length + 1;
    let done = 0;
    const step = (doing: string): void => progress({ doing, done: ++done, total, unit: 'parts' });
    try {
      await client.query(`SELECT set_config('maintenance_work_mem', $1, false)`, [MAINTENANCE_MEMORY]);
      await watchIndexBuilds(context, client, async () => {
        for (const { name, title, sql } of parts) {
          if (context.stop.aborted) throw new Stopped();
          await applyOnce(client, context.run, name, sql);
          step(title);
        }
      });
      for (const table of tables) await advanceSequence(client, table, snapshotPath(context));
      step('sequences');
      for (const { name } of tables) {
        if (context.stop.aborted) throw new Stopped();
        await client.query(`VACUUM (ANALYZE) ${quoteName(name)}`);
        step(`statistics of ${name}`);
      }
    } catch (error) {
      throw error instanceof Stopped ? error : targetError('adding keys and indexes', error);
    }
    return { summary: `${parts.length} sets of keys and indexes, sequences and statistics are in place` };
  },

  check: () => Promise.resolve(),
  undo: () => Promise.resolve(undefined),
};

/** Shows the progress of index builds while `work` goes on, through a connection of its own. */
async function watchIndexBuilds(
  context: StepContext,
  client: pg.Client,
  work: () => Promise<void>,
): Promise<void> {
  const watcher = await connectTarget(await context.address());
  const progress = progressOf(context.emit, 'constrain');
  const pid: unknown = Reflect.get(client, 'processID');
  const timer = setInterval(() => {
    watcher
      .query<{ phase: string; done: string; total: string }>(loadSql('verify/index_progress.sql'), [pid])
      .then(
        ({ rows: [row] }) => {
          if (row === undefined || Number(row.total) === 0) return;
          progress({ doing: row.phase, done: Number(row.done), total: Number(row.total), unit: 'blocks' });
        },
        // Progress is a courtesy: the build itself reports what goes wrong.
        () => undefined,
      );
  }, POLL_MS);
  try {
    await work();
  } finally {
    clearInterval(timer);
    await watcher.end().catch(() => undefined);
  }
}
