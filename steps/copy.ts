// Copy: every chunk of the snapshot that the ledger lacks, rows and ledger row in one transaction.
import { showCount, showRows } from '../src/output/format.js';
import { orphanRules, type SurveyedChunk } from '../src/chunk/scan.js';
import { progressOf } from '../src/run/progress.js';
import { chunkList, currentChunks, fittedPlan, snapshotPool } from '../src/run/snapshot.js';
import { type Step, Stopped } from '../src/run/step.js';
import { copiedChunks, flushChunks } from '../src/target/ledger.js';
import { targetLine } from '../src/chunk/range.js';
import { quoteName } from '../src/target/sql.js';
import { WizardError } from '../src/errors.js';

export const copy: Step = {
  name: 'copy',
  title: 'Copy the rows',

  plan(context) {
    const { tables } = fittedPlan(context, context.options.source);
    return Promise.resolve(
      tables.map((table) => ({
        title: `rows of ${table.name}`,
        sql: `COPY ${quoteName(table.name)} (${table.columns.map(({ name }) => quoteName(name)).join(', ')}) FROM STDIN (FORMAT binary);\n-- digest of each chunk over: ${targetLine(table.columns)}`,
      })),
    );
  },

  async run(context) {
    const fitted = fittedPlan(context);
    const { chunks, badKeys } = chunkList(context);
    const copied = new Set(
      (await copiedChunks(await context.target(), context.run)).map(
        (chunk) => `${chunk.table_name} ${chunk.number}`,
      ),
    );
    if (copied.size > 0) {
      context.emit({
        type: 'notice',
        message: `${showCount(copied.size)} of ${showCount(chunks.length)} chunks are in already`,
      });
    }
    const progress = progressOf(context.emit, 'copy');
    const pool = await snapshotPool(context, fitted);
    const startedAt = performance.now();
    let [rows, quarantined, copiedNow] = [0, 0, 0];
    for (const table of fitted.tables) {
      const startedTableAt = performance.now();
      const own = chunks.filter((chunk) => chunk.table === table.name);
      const total = sumOf(own, ({ rows: good, bad }) => good + bad);
      const size = sumOf(own, ({ bytes }) => bytes);
      context.emit({ type: 'table.started', step: 'copy', table: table.name, rows: total, bytes: size });
      const left = own.filter((chunk) => !copied.has(`${chunk.table} ${chunk.number}`));
      let done = total - sumOf(left, ({ rows: good, bad }) => good + bad);
      let bytes = size - sumOf(left, ({ bytes: part }) => part);
      const orphans = orphanRules(table, badKeys);
      const jobs = left.map((chunk) => ({ kind: 'copy' as const, chunk, survey: chunk.survey, orphans }));
      const isComplete = await pool.run(
        jobs.values(),
        (_, result) => {
          done += result.rows + result.quarantined;
          copiedNow += result.rows;
          bytes += result.bytes;
          progress({ doing: 'rows', table: table.name, done, total, unit: 'rows', bytes });
        },
        context.stop,
      );
      if (!isComplete) throw new Stopped();
      const set = sumOf(own, ({ bad }) => bad);
      rows += total - set;
      quarantined += set;
      const elapsedMs = Math.round(performance.now() - startedTableAt);
      context.emit({
        type: 'table.copied',
        step: 'copy',
        table: table.name,
        rows: total - set,
        bytes: size,
        quarantined: set,
        elapsedMs,
      });
    }
    await flushChunks(await context.target(), context.run);
    const rate = Math.round(copiedNow / Math.max(0.001, (performance.now() - startedAt) / 1000));
    // What an earlier process has copied took none of this time.
    const now = copiedNow === rows ? '' : `, ${showCount(copiedNow)} of them now`;
    const aside = quarantined === 0 ? '' : `, ${showCount(quarantined)} set aside in ttm_wizard.quarantine`;
    return {
      summary: `${showRows(rows)} copied${aside}${now}, ${showRows(rate)}/s`,
      result: { rows, quarantined },
    };
  },

  async check(context) {
    const { chunks } = await currentChunks(context);
    const copied = await copiedChunks(await context.target(), context.run);
    if (copied.length === chunks.length) return;
    throw new WizardError({
      code: 'LEDGER_INCOMPLETE',
      message: `the ledger lists ${copied.length} of ${chunks.length} chunks, although the copy was complete`,
      remedies: ['somebody has changed ttm_wizard.chunk; --restart begins anew'],
      exitCode: 6,
    });
  },

  // Rows go with their tables, which the schema step takes back.
  undo: () => Promise.resolve(undefined),
};

function sumOf(chunks: readonly SurveyedChunk[], pick: (survey: SurveyedChunk['survey']) => number): number {
  return chunks.reduce((sum, { survey }) => sum + pick(survey), 0);
}
