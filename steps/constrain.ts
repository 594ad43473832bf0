// Constrain: keys, indexes, checks and foreign keys on the filled tables, sequences after the highest id, VACUUM and ANALYZE.
import type pg from 'pg';
import { columnOf } from '../src/chunk/range.js';
import type { TablePlan } from '../src/plans/plan.js';
import { progressOf } from '../src/run/progress.js';
import { fittedPlan, snapshotPath } from '../src/run/snapshot.js';
import { type Step, type StepContext, Stopped } from '../src/run/step.js';
import { openSource } from '../src/source/sqlite.js';
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
      for (const table of tables) await advanceSequence(context, client, table);
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

/**
 * The sequence goes on after the highest id that the source has ever used: rows in quarantine and deleted ones (sqlite_sequence)
 * count too, because an id must not come twice. Ids that the column cannot hold do not: they cannot come again, and counting
 * them would leave the application without any id.
 */
async function advanceSequence(context: StepContext, client: pg.Client, table: TablePlan): Promise<void> {
  if (table.sequence === undefined) return;
  const highest = highestId(context, table, table.sequence.column);
  const parameters = [quoteName(table.sequence.name), highest.toString()];
  await client.query(loadSql('ledger/advance_sequence.sql'), parameters);
}

function highestId(context: StepContext, table: TablePlan, column: string): bigint {
  const db = openSource(snapshotPath(context));
  try {
    const limit = columnOf(table, column).type === 'integer' ? 2n ** 31n - 1n : 2n ** 63n - 1n;
    const name = quoteName(column);
    const max = db
      .prepare<[bigint], { max: unknown }>(
        `SELECT max(${name}) AS max FROM ${quoteName(table.name)} WHERE ${name} <= ?`,
      )
      .get(limit)?.max;
    const hasSequences =
      db.prepare(`SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'`).get() !== undefined;
    const used = hasSequences
      ? db
          .prepare<[string], { seq: unknown }>('SELECT seq FROM sqlite_sequence WHERE name = ?')
          .get(table.name)?.seq
      : undefined;
    const ids = [max, used].filter((id) => typeof id === 'bigint').filter((id) => id <= limit);
    return ids.reduce((a, b) => (a > b ? a : b), 0n);
  } finally {
    db.close();
  }
}

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
