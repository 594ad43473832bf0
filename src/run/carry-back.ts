// Carry-back: what the application has written to the target since it was switched over, found by content against the ledger and written
// into the source as row changes. What the ledger lists as equal is not touched, so it may be repeated at any time.
import type pg from 'pg';
import type { ChangeCounts, RowChange } from '../chunk/changes.js';
import type { RowDifference } from '../chunk/compare.js';
import type { CarryBackPart, Job, TargetDigest } from '../chunk/jobs.js';
import type { WorkerPool } from '../chunk/pool.js';
import type { ChunkRange } from '../chunk/range.js';
import { orphanRules } from '../chunk/scan.js';
import { WizardError } from '../errors.js';
import { showRows } from '../output/format.js';
import type { TablePlan } from '../plans/plan.js';
import { SourceChanges, settleSource } from '../source/carry-back.js';
import type { FittedPlan } from '../source/drift.js';
import { sourceStamp } from '../source/stamp.js';
import { targetChunkLimits } from '../target/chunk-limits.js';
import { type LedgerChunk, copiedChunks, inTransaction, nameOfChunk } from '../target/ledger.js';
import { loadSql } from '../target/sql.js';
import { changeCutover, loadCutover } from './cutover-state.js';
import { sourcePlace } from './fence.js';
import { type OtherRows, otherWrites } from './other-writes.js';
import { progressOf } from './progress.js';
import { chunkList, fittedPlan, poolFor } from './snapshot.js';
import { copySource } from './source-copy.js';
import { type StepContext, Stopped } from './step.js';

type CompareJob = Extract<Job, { kind: 'compare' }>;
type CarryBackJob = Extract<Job, { kind: 'carry-back' }>;

/** One entry of the ledger that is to be changed; several parts where the application has written so much that it is cut. */
interface Found {
  readonly chunk: LedgerChunk;
  readonly parts: { readonly chunk: ChunkRange; readonly target: TargetDigest }[];
  readonly target: TargetDigest;
  readonly isSourceKnown: boolean;
}

/** Gets each change that is wanted. */
type Take = (change: RowChange) => void;
/** Gets each chunk in which somebody else has written to the source. */
type Others = (chunk: LedgerChunk, rows: OtherRows) => void;

export class CarryBack {
  private readonly context: StepContext;
  private readonly fitted: FittedPlan;
  private readonly source: string;
  private readonly isSourceSuspect: boolean;
  private readonly carried: Readonly<Record<string, readonly string[]>>;

  constructor(context: StepContext) {
    this.context = context;
    // Before anything reads it: a process killed while writing leaves a journal that only a writer can take back.
    this.source = sourcePlace(context);
    settleSource(this.source);
    this.fitted = fittedPlan(context);
    const state = loadCutover(context.folder);
    this.isSourceSuspect = state?.sourceStamp !== sourceStamp(this.source);
    this.carried = state?.carried ?? {};
  }

  /** What would be carried back now. Changes nothing. Throws CARRY_BACK_VALUE (exit 10) while the application is still up. */
  async count(): Promise<ChangeCounts> {
    const changes = new SourceChanges(this.fitted.tables, this.fitted.present);
    try {
      await this.find(
        (change) => changes.add(change),
        () => undefined,
        this.context.stop,
      );
      changes.check();
      return changes.collected;
    } finally {
      changes.close();
    }
  }

  /**
   * Brings the source to the state of the target and notes it in the ledger. Rows that somebody has written to the source behind the
   * application's back are kept, and named as a finding. Throws errors of exit 10. Is not stopped by Ctrl-C: the application stands.
   */
  async run(): Promise<ChangeCounts> {
    const { context, fitted, source } = this;
    const changes = new SourceChanges(fitted.tables, fitted.present);
    const never = new AbortController().signal;
    try {
      const take: Take = (change) => changes.add(change);
      const others: Others = (chunk, result) => {
        const event = otherWrites(chunk, result, context.folder);
        if (event !== undefined) context.emit(event);
      };
      const found = await this.find(take, others, never);
      if (changes.size > 0) {
        copySource(context);
        changeCutover(context.folder, { carried: this.carriedWith(found) });
      }
      const counts = changes.apply(source);
      await this.verify(found, never);
      const client = await context.target();
      await inTransaction(client, async () => {
        for (const one of found) await this.note(client, one);
      });
      return counts;
    } finally {
      changes.close();
    }
  }

  private async find(take: Take, others: Others, signal: AbortSignal): Promise<Found[]> {
    const { context, fitted, source } = this;
    const client = await context.target();
    const chunks = await copiedChunks(client, context.run);
    const pool = await poolFor(context, fitted, source);
    const progress = progressOf(context.emit, 'cutover');
    const found: Found[] = [];
    let done = 0;
    for (const table of fitted.tables) {
      const foreign = new Map<number, OtherRows['changes'][number][]>();
      const own = new Map(
        chunks.filter((one) => one.table_name === table.name).map((one) => [one.number, one]),
      );
      const open = [...own.values()].find(({ high }) => high === null);
      const parts = open === undefined ? [] : await targetChunkLimits(client, table, open);
      // One full chunk and a beginning one are not worth a cut.
      const cut = open !== undefined && parts.length > 2 ? open : undefined;
      const jobs = [...own.values()]
        .filter((chunk) => chunk !== cut)
        .map((chunk) => this.jobFor(table, rangeOf(chunk), chunk));
      const isComplete = await pool.run(
        jobs.values(),
        (job, result) => {
          const total = chunks.length;
          progress({ doing: 'looking for what was written', done: ++done, total, unit: 'parts' });
          const chunk = own.get(job.chunk.number);
          if (chunk === undefined) return;
          const { target, isChanged, isSourceKnown } = result;
          if (!isSourceKnown) others(chunk, { isChanged, changes: foreign.get(chunk.number) ?? [] });
          if (isChanged) found.push({ chunk, parts: [{ chunk: job.chunk, target }], target, isSourceKnown });
        },
        signal,
        'steady',
        ({ chunk: { number } }, part) => {
          for (const change of wantedOf(part)) take(change);
          if (part.isSourceKnown) return;
          foreign.set(number, [...(foreign.get(number) ?? []), ...part.changes.map(nameOfRow)]);
        },
      );
      if (!isComplete) throw new Stopped();
      if (cut === undefined) continue;
      done++;
      found.push(await this.findInParts(pool, table, cut, parts, { take, others, signal }));
    }
    return found;
  }

  /** The open end of a table to which more has been written than is compared at once. */
  private async findInParts(
    pool: WorkerPool,
    table: TablePlan,
    chunk: LedgerChunk,
    parts: readonly ChunkRange[],
    { take, others, signal }: { take: Take; others: Others; signal: AbortSignal },
  ): Promise<Found> {
    const whole = { target: { rows: 0, digest: '' }, isSourceKnown: true };
    const orphans = orphanRules(table, chunkList(this.context).badKeys);
    await pool.run(
      [{ kind: 'verify' as const, chunk: rangeOf(chunk), orphans }].values(),
      (_, { source, target }) => {
        whole.target = target;
        whole.isSourceKnown =
          source.bad === chunk.quarantined &&
          (source.digest === chunk.digest || this.carriedOf(chunk).includes(source.digest));
      },
      signal,
    );
    const found: Found = { chunk, parts: [], ...whole };
    const foreign: OtherRows['changes'][number][] = [];
    const isComplete = await pool.run(
      parts.map((part) => this.jobFor(table, part)).values(),
      (job, { target }) => void found.parts.push({ chunk: job.chunk, target }),
      signal,
      'steady',
      (_, part) => {
        const { isSourceKnown } = whole;
        for (const change of wantedOf({ ...part, isSourceKnown })) take(change);
        if (!isSourceKnown)
          foreign.push(...part.changes.filter(({ kind }) => kind !== 'insert').map(nameOfRow));
      },
    );
    if (!isComplete) throw new Stopped();
    if (!whole.isSourceKnown) others(chunk, { isChanged: true, changes: foreign });
    return { ...found, parts: found.parts.sort((a, b) => a.chunk.number - b.chunk.number) };
  }

  private jobFor(table: TablePlan, chunk: ChunkRange, entry?: LedgerChunk): CarryBackJob {
    const orphans = orphanRules(table, chunkList(this.context).badKeys);
    const common = { kind: 'carry-back' as const, chunk, orphans, isSourceSuspect: this.isSourceSuspect };
    if (entry === undefined) return common;
    const { rows, quarantined: bad, digest } = entry;
    return { ...common, ledger: { rows, bad, digest, carried: this.carriedOf(entry) } };
  }

  private carriedOf(chunk: LedgerChunk): readonly string[] {
    return this.carried[nameOfChunk(chunk)] ?? [];
  }

  private carriedWith(found: readonly Found[]): Record<string, string[]> {
    const all = Object.entries(this.carried).map(([name, digests]): [string, string[]] => [
      name,
      [...digests],
    ]);
    const carried = Object.fromEntries(all);
    for (const { chunk, target } of found) (carried[nameOfChunk(chunk)] ??= []).push(target.digest);
    return carried;
  }

  private async note(client: pg.Client, { chunk, parts, target }: Found): Promise<void> {
    const { run } = this.context;
    const update = async (number: number, before: string, { rows, digest }: TargetDigest): Promise<void> => {
      await client.query(loadSql('ledger/update_chunk.sql'), [
        ...[run, chunk.table_name, number, before],
        ...[rows, parts.length > 1 ? 0 : chunk.quarantined, chunk.bytes, digest],
      ]);
    };
    if (parts.length === 1) {
      await update(chunk.number, chunk.digest, target);
      return;
    }
    for (const { chunk: part } of parts)
      if (part.high !== null)
        await client.query(loadSql('ledger/split_chunk.sql'), [
          run,
          chunk.table_name,
          part.number,
          part.high,
        ]);
    for (const part of parts) await update(part.chunk.number, '', part.target);
  }

  /** Both sides of every chunk that was written to, once more. */
  private async verify(found: readonly Found[], never: AbortSignal): Promise<void> {
    const { context, fitted, source } = this;
    const pool = await poolFor(context, fitted, source);
    const { badKeys } = chunkList(context);
    const jobs = found
      .filter(({ isSourceKnown }) => isSourceKnown)
      .flatMap(({ chunk: { table_name: name }, parts }) => {
        const table = fitted.tables.find((candidate) => candidate.name === name);
        if (table === undefined) return [];
        const orphans = orphanRules(table, badKeys);
        return parts.map(({ chunk }) => ({ kind: 'verify' as const, chunk, orphans }));
      });
    const different: CompareJob[] = [];
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
    throw stillDifferent(rows);
  }
}

/** A row that only the source has was deleted in the target, unless the source has been written to as well. */
function wantedOf({ changes, isChanged, isSourceKnown }: CarryBackPart): readonly RowChange[] {
  if (!isChanged) return [];
  return isSourceKnown ? changes : changes.filter(({ kind }) => kind !== 'delete');
}

/** Without its values, of which there may be very many. */
function nameOfRow({ kind, key }: RowChange): OtherRows['changes'][number] {
  return { kind, key };
}

function rangeOf({ table_name: table, number, low, high }: LedgerChunk): ChunkRange {
  return { table, number, low, high };
}

function stillDifferent(rows: readonly RowDifference[]): WizardError {
  const named = rows.slice(0, 3).map(({ kind, table, key, columns }) => {
    const values = columns.map(({ name, source, target }) => `${name}: source ${source}, target ${target}`);
    return `${table} ${key} ${kind}${values.length === 0 ? '' : ` (${values.join('; ')})`}`;
  });
  return new WizardError({
    code: 'CARRY_BACK_DIFFERENT',
    message: `after carrying back, ${showRows(rows.length)} still differ between source and target: ${named.join(', ')}`,
    remedies: ['stop what writes to the target or the source, then: ttm-wizard rollback'],
    exitCode: 10,
  });
}
