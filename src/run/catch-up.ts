// Catch-up: what the application has written since the snapshot, found by content and brought over as row changes, one transaction a
// pass, together with the ledger's entries. May run any number of times while the application is up, and once more when it stands.
import type pg from 'pg';
import { type ChangeCounts, NO_CHANGES, type RowChange, addCounts, countChanges } from '../chunk/changes.js';
import type { CatchUpResult, QuarantineRow, SurveyResult } from '../chunk/jobs.js';
import { canSetAside } from '../chunk/large-rows.js';
import { planChunks } from '../chunk/plan.js';
import type { Pace, WorkerPool } from '../chunk/pool.js';
import { setAside } from '../chunk/quarantine.js';
import { orphanRules } from '../chunk/scan.js';
import { WizardError, codeOf } from '../errors.js';
import type { TablePlan } from '../plans/plan.js';
import type { FittedPlan } from '../source/drift.js';
import { changedChunks, countRows, lastChange } from '../source/capture.js';
import { openSource } from '../source/sqlite.js';
import { applyToTarget } from '../target/apply-changes.js';
import { targetError } from '../target/connect.js';
import { type LedgerChunk, copiedChunks, inTransaction, nameOfChunk as nameOf } from '../target/ledger.js';
import { loadSql } from '../target/sql.js';
import { badValue, ledgerChanged, neverQuiet, sourceDrift, targetChanged } from './catch-up-errors.js';
import { splitOpenChunks } from './open-chunks.js';
import { progressOf } from './progress.js';
import { chunkList, fittedPlan, poolFor } from './snapshot.js';
import { advanceSequence } from './sequences.js';
import { type StepContext, Stopped } from './step.js';

/** Row changes held in memory before they are applied; what is left is for the next pass. */
const PASS_BYTES = 48 * 1024 * 1024;
/** Passes that may fail in a row because the application changed a parent and its child between two reads. */
const MAX_RETRIES = 5;

interface Found {
  readonly chunk: LedgerChunk;
  readonly survey: SurveyResult;
  readonly changes: readonly RowChange[];
  readonly badRows: readonly QuarantineRow[];
}

export interface CaughtUp extends ChangeCounts {
  /** Rows that are in quarantine now, of those chunks. */
  readonly quarantined: number;
  readonly elapsedMs: number;
}

/** The live source as one process knows it: what it has read stays known from pass to pass. */
export class CatchUp {
  private readonly context: StepContext;
  private readonly fitted: FittedPlan;
  private readonly fingerprints = new Map<string, string>();
  private readonly badKeys: Record<string, string[]>;
  /** With triggers in the source: the entry of their log up to which all has been brought over, once all has been read. */
  private logged: bigint | undefined;
  /** `table number` of every chunk that was not as the ledger said, in any pass. */
  readonly changedChunks = new Set<string>();

  constructor(context: StepContext) {
    this.context = context;
    this.fitted = fittedPlan(context);
    this.badKeys = Object.fromEntries(
      Object.entries(chunkList(context).badKeys).map(([table, keys]) => [table, [...keys]]),
    );
  }

  /**
   * Passes until one has found everything, and sequences after the highest ids; resolves to what has been changed in all. `isStill`
   * says that nobody writes to the source any more. Throws
   * SOURCE_DRIFT, BAD_VALUE, TARGET_CHANGED and others of exit 6, with nothing of the pass applied.
   */
  async run(isStill = false): Promise<CaughtUp> {
    const startedAt = performance.now();
    const client = await this.context.target();
    let total: Omit<CaughtUp, 'elapsedMs'> = { ...NO_CHANGES, quarantined: 0 };
    for (let retries = 0; ;) {
      const pass = await this.pass(isStill ? 'steady' : 'in rounds');
      if (pass instanceof WizardError) {
        if (++retries > MAX_RETRIES) throw pass;
        continue;
      }
      retries = 0;
      total = {
        ...addCounts(total, countChanges(pass.found.flatMap(({ changes }) => changes))),
        quarantined: total.quarantined + pass.found.reduce((sum, { badRows }) => sum + badRows.length, 0),
      };
      if (pass.isComplete && !(isStill && (await this.isMissingRows(client)))) break;
    }
    for (const table of this.fitted.tables) await advanceSequence(client, table, this.context.options.source);
    return { ...total, elapsedMs: Math.round(performance.now() - startedAt) };
  }

  /** An error is one that another pass may not have. */
  private async pass(pace: Pace): Promise<{ found: readonly Found[]; isComplete: boolean } | WizardError> {
    const { context, fitted } = this;
    checkSchema(context, fitted);
    const client = await context.target();
    const pool = await poolFor(context, fitted, context.options.source);
    const chunks = await this.ledgerChunks(client, pool);
    const { cutover, source } = context.options;
    const logged = cutover?.capture === 'triggers' ? lastChange(source) : undefined;
    // Without a log everything is compared.
    if (logged === undefined) this.logged = undefined;
    const progress = progressOf(context.emit, 'cutover');
    const found: Found[] = [];
    let [done, bytes, isComplete] = [0, 0, true];
    // Children before parents: whatever a row read now refers to is there when its parent's table is read after it.
    for (const table of [...fitted.tables].reverse()) {
      if (fitted.present[table.name] === undefined) continue;
      const enough = new AbortController();
      const own = this.chunksToRead(table, chunks);
      isComplete =
        (await this.readTable(
          pool,
          table,
          own,
          { stop: AbortSignal.any([enough.signal, context.stop]), pace },
          (one, changed) => {
            progress({ doing: 'looking for changes', done: ++done, total: chunks.length, unit: 'parts' });
            if (changed === undefined) return;
            found.push(changed);
            bytes += sizeOf(changed.changes);
            if (bytes > PASS_BYTES) enough.abort();
          },
        )) && isComplete;
      if (context.stop.aborted) throw new Stopped();
    }
    try {
      await inTransaction(client, () => this.apply(client, found));
    } catch (error) {
      return this.forget(found, error);
    }
    if (isComplete) this.logged = logged;
    return { found, isComplete };
  }

  /** All chunks of the table, or those with a key in the triggers' log. */
  private chunksToRead(table: TablePlan, chunks: readonly LedgerChunk[]): readonly LedgerChunk[] {
    const own = chunks.filter((chunk) => chunk.table_name === table.name);
    if (this.logged === undefined) return own;
    const { source } = this.context.options;
    return changedChunks(source, table, own, this.logged);
  }

  /** Whether the triggers have missed something, which a second look at everything then finds. */
  private async isMissingRows(client: pg.Client): Promise<boolean> {
    if (this.logged === undefined) return false;
    const chunks = await copiedChunks(client, this.context.run);
    const isEqual = this.fitted.tables
      .filter(({ name }) => this.fitted.present[name] !== undefined)
      .every((table) => {
        const own = chunks.filter((chunk) => chunk.table_name === table.name);
        const known = own.reduce((sum, { rows, quarantined }) => sum + rows + quarantined, 0);
        return countRows(this.context.options.source, table) === known;
      });
    if (!isEqual) this.logged = undefined;
    return !isEqual;
  }

  /** Throws what another pass cannot mend. */
  private forget(found: readonly Found[], error: unknown): WizardError {
    for (const { chunk } of found) this.fingerprints.delete(nameOf(chunk));
    // A parent has gone or come between the two reads.
    if (codeOf(error) === '23503') return neverQuiet(MAX_RETRIES);
    // A unique value has moved to a part that was read later.
    if (codeOf(error) === '23505') return targetError('what has been written cannot be brought over', error);
    if (!(error instanceof WizardError) || error.code !== 'CHILDREN_LEFT') throw error;
    // The children may be in a part that has stayed as it was: orphans of the source by now.
    this.fingerprints.clear();
    this.logged = undefined;
    return error;
  }

  private async ledgerChunks(client: pg.Client, pool: WorkerPool): Promise<LedgerChunk[]> {
    const chunks = await copiedChunks(client, this.context.run);
    const db = openSource(this.context.options.source);
    try {
      const isSplit = await splitOpenChunks(
        client,
        this.context.run,
        this.fitted.tables,
        chunks,
        (table, from) => planChunks(db, table, this.fitted.present[table.name] ?? [], undefined, from),
        (chunk) => checkTarget(pool, chunk),
      );
      return isSplit ? await copiedChunks(client, this.context.run) : chunks;
    } finally {
      db.close();
    }
  }

  private readTable(
    pool: WorkerPool,
    table: TablePlan,
    chunks: readonly LedgerChunk[],
    { stop, pace }: { readonly stop: AbortSignal; readonly pace: Pace },
    done: (chunk: LedgerChunk, changed: Found | undefined) => void,
  ): Promise<boolean> {
    const orphans = orphanRules(table, this.badKeys);
    const jobs = chunks.map((entry) => {
      const fingerprint = this.fingerprints.get(nameOf(entry));
      const { number, low, high, rows, quarantined: bad, digest } = entry;
      const chunk = { table: table.name, number, low, high };
      const ledger = { rows, bad, digest };
      return {
        job: {
          kind: 'catch-up' as const,
          chunk,
          orphans,
          ledger,
          ...(fingerprint === undefined ? {} : { fingerprint }),
        },
        entry,
      };
    });
    const entries = new Map(jobs.map(({ job, entry }) => [job.chunk.number, entry]));
    return pool.run(
      jobs.map(({ job }) => job).values(),
      ({ chunk }, result) => {
        const entry = entries.get(chunk.number);
        if (entry !== undefined) done(entry, this.take(entry, result));
      },
      stop,
      pace,
    );
  }

  private take(
    chunk: LedgerChunk,
    { fingerprint, survey, changes, badRows, isTargetKnown }: CatchUpResult,
  ): Found | undefined {
    if (fingerprint === undefined) this.fingerprints.delete(nameOf(chunk));
    else this.fingerprints.set(nameOf(chunk), fingerprint);
    if (survey === undefined) return undefined;
    if (!isTargetKnown) throw targetChanged(chunk, changes);
    this.changedChunks.add(nameOf(chunk));
    const isStop = this.context.options.onBadValue === 'stop' || !survey.problems.every(canSetAside);
    if (survey.bad > 0 && isStop) throw badValue(chunk, survey);
    const known = (this.badKeys[chunk.table_name] ??= []);
    for (const key of survey.badKeys) if (!known.includes(key)) known.push(key);
    return { chunk, survey, changes, badRows };
  }

  private async apply(client: pg.Client, found: readonly Found[]): Promise<void> {
    const { run } = this.context;
    await applyToTarget(
      client,
      this.fitted.tables,
      found.flatMap(({ changes }) => changes),
    );
    for (const { chunk, survey, badRows } of found) {
      if (chunk.quarantined > 0 || badRows.length > 0) await replaceQuarantine(client, run, chunk, badRows);
      const entry = [survey.rows, survey.bad, survey.bytes, survey.digest];
      const { rowCount } = await client.query(loadSql('ledger/update_chunk.sql'), [
        ...[run, chunk.table_name, chunk.number, chunk.digest],
        ...entry,
      ]);
      if (rowCount !== 1) throw ledgerChanged(chunk);
    }
  }
}

function sizeOf(changes: readonly RowChange[]): number {
  return changes.reduce(
    (sum, { key, fields }) =>
      sum + [...key, ...fields].reduce((size, field) => size + 16 + (field?.length ?? 0), 0),
    0,
  );
}

async function replaceQuarantine(
  client: pg.Client,
  run: string,
  { table_name: table, number }: LedgerChunk,
  rows: readonly QuarantineRow[],
): Promise<void> {
  await client.query(
    'DELETE FROM ttm_wizard.quarantine WHERE run_id = $1 AND table_name = $2 AND chunk_number = $3',
    [run, table, number],
  );
  await setAside(client, run, { table, number }, rows);
}

/** Throws TARGET_CHANGED when the target does not hold what the ledger says. */
async function checkTarget(pool: WorkerPool, chunk: LedgerChunk): Promise<void> {
  const { table_name: table, number, low, high } = chunk;
  await pool.run(
    [{ kind: 'digest' as const, chunk: { table, number, low, high } }].values(),
    (_, { digest, rows }) => {
      if (digest !== chunk.digest || rows !== chunk.rows) throw targetChanged(chunk, []);
    },
    new AbortController().signal,
  );
}

/** Throws SOURCE_DRIFT when the live source has other tables or columns than the snapshot. */
function checkSchema(context: StepContext, fitted: FittedPlan): void {
  const { source } = context.options;
  const live = fittedPlan(context, source);
  const shape = ({ tables, present }: FittedPlan): string => JSON.stringify([tables, present]);
  if (shape(live) !== shape(fitted)) throw sourceDrift(source, live.findings);
}
