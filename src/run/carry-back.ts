// Carry-back: what the application has written to the target since it was switched over, found by content against the ledger and written
// into the source as row changes. What the ledger lists as equal is not touched, so it may be repeated at any time.
import type pg from 'pg';
import { type ChangeCounts, type RowChange, totalOf } from '../chunk/changes.js';
import { isKnownSource } from '../chunk/carry-back.js';
import type { CarryBackPart, Job, KnownChunk, TargetDigest } from '../chunk/jobs.js';
import type { WorkerPool } from '../chunk/pool.js';
import type { ChunkRange } from '../chunk/range.js';
import { orphanRules } from '../chunk/scan.js';
import type { TablePlan } from '../plans/plan.js';
import { SourceChanges, settleSource } from '../source/carry-back.js';
import type { FittedPlan } from '../source/drift.js';
import { sourceStamp } from '../source/stamp.js';
import { targetChunkLimits } from '../target/chunk-limits.js';
import { type LedgerChunk, copiedChunks, inTransaction, nameOfChunk } from '../target/ledger.js';
import { loadSql } from '../target/sql.js';
import { type CarriedChunk, compareCarried, withoutKeys } from './compare-carried.js';
import { changeCutover, loadCutover } from './cutover-state.js';
import { sourcePlace } from './fence.js';
import { type OtherRows, otherWrites, replacedRows } from './other-writes.js';
import { progressOf } from './progress.js';
import { chunkList, fittedPlan, poolFor } from './snapshot.js';
import { copySource } from './source-copy.js';
import { type StepContext, Stopped } from './step.js';

type CarryBackJob = Extract<Job, { kind: 'carry-back' }>;

/** One entry of the ledger; several parts where the application has written so much that it is cut. */
interface Found {
  readonly chunk: LedgerChunk;
  readonly parts: { readonly chunk: ChunkRange; readonly target: TargetDigest }[];
  readonly target: TargetDigest;
  readonly isChanged: boolean;
  readonly isSourceKnown: boolean;
}

/** Gets the changes that are wanted of one part of a chunk. */
type Take = (changes: readonly RowChange[], part: CarryBackPart) => void;
/** Gets each chunk in which somebody else has written to the source. */
type Others = (chunk: LedgerChunk, rows: OtherRows) => void;

export class CarryBack {
  private readonly context: StepContext;
  private readonly fitted: FittedPlan;
  private readonly source: string;
  private readonly isSourceSuspect: boolean;
  private readonly keepsAbsences: boolean;
  /** Keys of rows that could not be carried over and are overwritten, by table. */
  private readonly replaced: Record<string, RowChange['key'][]> = {};
  private readonly carried: Readonly<Record<string, readonly string[]>>;

  constructor(context: StepContext) {
    this.context = context;
    // Before anything reads it: a process killed while writing leaves a journal that only a writer can take back.
    this.source = sourcePlace(context);
    settleSource(this.source);
    this.fitted = fittedPlan(context);
    const state = loadCutover(context.folder);
    this.isSourceSuspect = state?.sourceStamp !== sourceStamp(this.source);
    // Once all had been carried back the application may have deleted rows in the source.
    this.keepsAbsences = state?.isCarried === true;
    this.carried = state?.carried ?? {};
  }

  /**
   * What would be carried back now; with `onlyWritten` without what the source alone has lost. Changes nothing. Throws CARRY_BACK_VALUE
   * (exit 10) while the application is still up.
   */
  async count({ onlyWritten = false } = {}): Promise<ChangeCounts> {
    const changes = new SourceChanges(this.fitted.tables, this.fitted.present);
    try {
      await this.find(
        (wanted, part) => {
          if (part.isChanged || !onlyWritten) collect(changes, wanted, part);
        },
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
      const take: Take = (wanted, part) => {
        collect(changes, wanted, part);
        const name = part.changes[0]?.table;
        if (part.isChanged && name !== undefined) (this.replaced[name] ??= []).push(...part.replaced);
      };
      const others: Others = (chunk, result) => {
        const event = otherWrites(chunk, result, context.folder);
        if (event !== undefined) context.emit(event);
      };
      const all = await this.find(take, others, never);
      const found = all.filter(({ isChanged }) => isChanged);
      for (const [table, keys] of Object.entries(this.replaced))
        if (keys.length > 0) context.emit(replacedRows(table, keys, context.folder));
      if (changes.size > 0) {
        copySource(context);
        changeCutover(context.folder, { carried: this.carriedWith(found) });
      }
      const counts = changes.apply(source);
      await this.verify(all, totalOf(counts) > 0);
      const client = await context.target();
      await inTransaction(client, async () => {
        for (const one of found) await this.note(client, one);
      });
      // The ledger says now what both hold; what the source gets from here on is written by somebody else.
      changeCutover(context.folder, { carried: {}, isCarried: true });
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
          if (!isSourceKnown) others(chunk, this.otherRows(isChanged, foreign.get(chunk.number) ?? []));
          found.push({ chunk, parts: [{ chunk: job.chunk, target }], target, isChanged, isSourceKnown });
        },
        signal,
        'steady',
        ({ chunk: { number } }, part) => {
          take(this.wantedOf(part), part);
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
    const whole = { target: { rows: 0, digest: '' }, isChanged: true, isSourceKnown: true };
    const orphans = orphanRules(table, chunkList(this.context).badKeys);
    await pool.run(
      [{ kind: 'verify' as const, chunk: rangeOf(chunk), orphans }].values(),
      (_, { source, target }) => {
        whole.target = target;
        whole.isSourceKnown = isKnownSource(source, this.known(chunk));
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
        take(this.wantedOf({ ...part, isSourceKnown }), part);
        if (!isSourceKnown)
          foreign.push(...part.changes.filter(({ kind }) => kind !== 'insert').map(nameOfRow));
      },
    );
    if (!isComplete) throw new Stopped();
    if (!whole.isSourceKnown) others(chunk, this.otherRows(true, foreign));
    return { ...found, parts: found.parts.sort((a, b) => a.chunk.number - b.chunk.number) };
  }

  private jobFor(table: TablePlan, chunk: ChunkRange, entry?: LedgerChunk): CarryBackJob {
    const orphans = orphanRules(table, chunkList(this.context).badKeys);
    const common = { kind: 'carry-back' as const, chunk, orphans, isSourceSuspect: this.isSourceSuspect };
    return entry === undefined ? common : { ...common, ledger: this.known(entry) };
  }

  private known(chunk: LedgerChunk): KnownChunk {
    const { rows, quarantined: bad, digest } = chunk;
    return { rows, bad, digest, carried: this.carried[nameOfChunk(chunk)] ?? [] };
  }

  private otherRows(isChanged: boolean, changes: OtherRows['changes']): OtherRows {
    return { isChanged, keepsAbsences: this.keepsAbsences, changes };
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

  /** Both sides of every chunk in which they may differ, once more. */
  private async verify(found: readonly Found[], hasWritten: boolean): Promise<void> {
    const { context, fitted, source } = this;
    const pool = await poolFor(context, fitted, source);
    const { badKeys } = chunkList(context);
    const chunks = fitted.tables.flatMap((table) => {
      const orphans = orphanRules(table, withoutKeys(badKeys, this.replaced));
      return found
        .filter(({ chunk }) => chunk.table_name === table.name)
        .filter(({ isChanged }) => isChanged || this.isSourceSuspect || hasWritten)
        .flatMap((one) => one.parts.map(({ chunk }) => ({ chunk, orphans, explained: this.explained(one) })));
    });
    await compareCarried(pool, chunks);
  }

  /** What others have written to the source and is left there; and rows set aside whose parents have come since. */
  private explained({ chunk, isChanged, isSourceKnown }: Found): CarriedChunk['explained'] {
    if (isSourceKnown) return chunk.quarantined > 0 ? ['missing'] : [];
    if (isChanged) return ['missing'];
    return this.keepsAbsences ? ['missing', 'changed', 'added'] : ['missing', 'changed'];
  }

  /** A row that only the source has was deleted in the target, unless the source has been written to as well. */
  private wantedOf({ changes, isChanged, isSourceKnown }: CarryBackPart): readonly RowChange[] {
    if (isSourceKnown) return changes;
    if (isChanged) return changes.filter(({ kind }) => kind !== 'delete');
    return this.keepsAbsences ? [] : changes.filter(({ kind }) => kind === 'insert');
  }
}

function collect(changes: SourceChanges, wanted: readonly RowChange[], { refused }: CarryBackPart): void {
  for (const change of wanted) changes.add(change);
  for (const problem of refused) changes.refuse(problem);
}

/** Without its values, of which there may be very many. */
function nameOfRow({ kind, key }: RowChange): OtherRows['changes'][number] {
  return { kind, key };
}

function rangeOf({ table_name: table, number, low, high }: LedgerChunk): ChunkRange {
  return { table, number, low, high };
}
