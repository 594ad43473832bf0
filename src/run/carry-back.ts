// Carry-back: what the application has written to the target since it was switched over, found by content against the ledger and written
// into the source as row changes. What the ledger lists as equal is not touched, so it may be repeated at any time.
import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type ChangeCounts, type RowChange, countChanges } from '../chunk/changes.js';
import type { RowDifference } from '../chunk/compare.js';
import type { CarryBackResult, Job } from '../chunk/jobs.js';
import { orphanRules } from '../chunk/scan.js';
import { WizardError } from '../errors.js';
import { applyToSource, settleSource } from '../source/carry-back.js';
import { showRows } from '../output/format.js';
import type { FittedPlan } from '../source/drift.js';
import { targetChunkLimits } from '../target/chunk-limits.js';
import { type LedgerChunk, copiedChunks, inTransaction } from '../target/ledger.js';
import { loadSql } from '../target/sql.js';
import { FILES } from './folder.js';
import { splitOpenChunks } from './open-chunks.js';
import { progressOf } from './progress.js';
import { chunkList, fittedPlan, poolFor } from './snapshot.js';
import { type StepContext, Stopped } from './step.js';

type CompareJob = Extract<Job, { kind: 'compare' }>;

interface Found {
  readonly chunk: LedgerChunk;
  readonly result: CarryBackResult;
}

export class CarryBack {
  private readonly context: StepContext;
  private readonly fitted: FittedPlan;

  constructor(context: StepContext) {
    this.context = context;
    // Before anything reads it: a process killed while writing leaves a journal that only a writer can take back.
    settleSource(context.options.source);
    this.fitted = fittedPlan(context);
  }

  /** What would be carried back now. Changes nothing but the limits of chunks in the ledger. */
  async count(): Promise<ChangeCounts> {
    return countChanges((await this.find()).flatMap(({ result }) => wantedOf(result)));
  }

  /**
   * Brings the source to the state of the target and notes it in the ledger. Rows that somebody has written to the source behind the
   * application's back are kept, and named as a finding. Throws errors of exit 10.
   */
  async run(): Promise<ChangeCounts> {
    const { context } = this;
    const client = await context.target();
    const found = await this.find();
    const changes = found.flatMap(({ result }) => wantedOf(result));
    for (const { chunk, result } of found) if (!result.isSourceAsLedger) this.reportOthers(chunk, result);
    if (changes.length > 0) backUpSource(context);
    applyToSource(context.options.source, this.fitted.tables, this.fitted.present, changes);
    await this.verify(found);
    await inTransaction(client, async () => {
      for (const { chunk, result } of found) {
        await client.query(loadSql('ledger/update_chunk.sql'), [
          ...[context.run, chunk.table_name, chunk.number, chunk.digest],
          ...[result.target.rows, chunk.quarantined, chunk.bytes, result.target.digest],
        ]);
      }
    });
    return countChanges(changes);
  }

  private async find(): Promise<Found[]> {
    const { context, fitted } = this;
    const client = await context.target();
    const before = await copiedChunks(client, context.run);
    await splitOpenChunks(client, context.run, fitted.tables, before, (table, from) =>
      targetChunkLimits(client, table, from),
    );
    const chunks = await copiedChunks(client, context.run);
    const pool = await poolFor(context, fitted, context.options.source);
    const progress = progressOf(context.emit, 'cutover');
    const found: Found[] = [];
    let done = 0;
    for (const table of fitted.tables) {
      const orphans = orphanRules(table, chunkList(context).badKeys);
      const own = new Map(
        chunks.filter((one) => one.table_name === table.name).map((one) => [one.number, one]),
      );
      const jobs = [...own.values()].map(({ number, low, high, rows, quarantined, digest }) => ({
        kind: 'carry-back' as const,
        chunk: { table: table.name, number, low, high },
        orphans,
        ledger: { rows, bad: quarantined, digest },
      }));
      const isComplete = await pool.run(
        jobs.values(),
        (job, result) => {
          progress({
            doing: 'looking for what was written',
            done: ++done,
            total: chunks.length,
            unit: 'parts',
          });
          const chunk = own.get(job.chunk.number);
          if (chunk !== undefined && result.isChanged) found.push({ chunk, result });
        },
        context.stop,
      );
      if (!isComplete) throw new Stopped();
    }
    return found;
  }

  /** Both sides of every chunk that was written to, once more. */
  private async verify(found: readonly Found[]): Promise<void> {
    const { context, fitted } = this;
    const pool = await poolFor(context, fitted, context.options.source);
    const { badKeys } = chunkList(context);
    const jobs = found
      .filter(({ result }) => result.isSourceAsLedger)
      .flatMap(({ chunk: { table_name: name, number, low, high } }) => {
        const table = fitted.tables.find((candidate) => candidate.name === name);
        if (table === undefined) return [];
        const orphans = orphanRules(table, badKeys);
        return [{ kind: 'verify' as const, chunk: { table: name, number, low, high }, orphans }];
      });
    const different: CompareJob[] = [];
    // It is no long work, and not to be left half done.
    const never = new AbortController().signal;
    await pool.run(
      jobs.values(),
      ({ chunk, orphans }, { source, target }) => {
        if (source.digest !== target.digest || source.rows !== target.rows)
          different.push({ kind: 'compare', chunk, orphans });
      },
      never,
    );
    if (different.length === 0) return;
    const rows: RowDifference[] = [];
    await pool.run(different.values(), (_, { differences }) => void rows.push(...differences), never);
    const named = rows.slice(0, 3).map(({ kind, table, key, columns }) => {
      const values = columns.map(({ name, source, target }) => `${name}: source ${source}, target ${target}`);
      return `${table} ${key} ${kind}${values.length === 0 ? '' : ` (${values.join('; ')})`}`;
    });
    throw new WizardError({
      code: 'CARRY_BACK_DIFFERENT',
      message: `after carrying back, ${showRows(rows.length)} still differ between source and target: ${named.join(', ')}`,
      remedies: ['stop what writes to the target or the source, then: ttm-wizard rollback'],
      exitCode: 10,
    });
  }

  private reportOthers({ table_name: table, number }: LedgerChunk, { changes }: CarryBackResult): void {
    const kept = changes.filter(({ kind }) => kind === 'delete');
    this.context.emit({
      type: 'step.finding',
      step: 'cutover',
      finding: {
        severity: 'warning',
        code: 'source-written-too',
        message: `chunk ${number} of ${table} was written to in the source and in the target since the switch-over; rows that only the source has are kept`,
        remedies: [`compare with ${join(this.context.folder, FILES.sourceBefore)}`],
        table,
        count: kept.length,
        examples: kept.slice(0, 10).map(({ key }) => ({ key: key.join(','), value: 'only in the source' })),
      },
    });
  }
}

/** A row that only the source has was deleted in the target, unless the source has been written to as well. */
function wantedOf({ changes, isSourceAsLedger }: CarryBackResult): readonly RowChange[] {
  return isSourceAsLedger ? changes : changes.filter(({ kind }) => kind !== 'delete');
}

/** Once a run: what was there before the first attempt. Nobody writes to the file now. */
function backUpSource({ folder, options }: StepContext): void {
  const file = join(folder, FILES.sourceBefore);
  if (existsSync(file)) return;
  rmSync(`${file}.part`, { force: true });
  copyFileSync(options.source, `${file}.part`);
  renameSync(`${file}.part`, file);
}
