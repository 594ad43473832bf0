// Digests of every chunk on both sides; where they differ, the rows and columns by name.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { RowDifference } from '../../src/chunk/compare.js';
import type { ChunkSurvey, Job, OrphanRule, TargetDigest } from '../../src/chunk/jobs.js';
import type { WorkerPool } from '../../src/chunk/pool.js';
import { canSetRowAside } from '../../src/chunk/large-rows.js';
import { type BadRow, ChunkReader } from '../../src/chunk/reader.js';
import { type SurveyedChunk, orphanRules } from '../../src/chunk/scan.js';
import type { Finding } from '../../src/events.js';
import type { TablePlan } from '../../src/plans/plan.js';
import { progressOf } from '../../src/run/progress.js';
import { currentChunks, currentSource } from '../../src/run/snapshot.js';
import { hasCaughtUp } from '../../src/run/cutover-state.js';
import { type StepContext, Stopped } from '../../src/run/step.js';
import type { FittedPlan } from '../../src/source/drift.js';
import { openSource } from '../../src/source/sqlite.js';
import { copiedChunks } from '../../src/target/ledger.js';

type Report = (finding: Finding) => void;

interface Side {
  readonly source: Pick<ChunkSurvey, 'rows' | 'digest'>;
  readonly target: TargetDigest;
}

const RESTART = '--restart makes a new snapshot and begins anew';
const CATCH_UP = 'ttm-wizard catch-up brings it over';

/** Named differences in all; the rest is counted. */
const MAX_FINDINGS = 1000;

/**
 * Compares all tables and emits table.verified for each. With `against` ledger the source's side is what the ledger says of
 * it, which takes a third of the time; otherwise the snapshot, or after a catch-up the live source, is read again and the ledger must
 * agree with it too.
 */
export async function compareTables(
  context: StepContext,
  fitted: FittedPlan,
  pool: WorkerPool,
  report: Report,
  against: 'source' | 'ledger' = 'source',
  step: 'verify' | 'cutover' = 'verify',
): Promise<{ rows: number; differences: number }> {
  const { chunks, badKeys } = await currentChunks(context);
  const ledger = new Map(
    (await copiedChunks(await context.target(), context.run)).map((chunk) => [
      `${chunk.table_name} ${chunk.number}`,
      chunk,
    ]),
  );
  const progress = progressOf(context.emit, step);
  let [rows, differences, named] = [0, 0, 0];
  for (const table of fitted.tables) {
    const startedAt = performance.now();
    const own = chunks.filter((chunk) => chunk.table === table.name);
    const orphans = orphanRules(table, badKeys);
    const total = own.reduce((sum, { survey }) => sum + survey.rows, 0);
    const sides = new Map<number, Side>();
    let done = 0;
    const take = (chunk: SurveyedChunk, side: Side): void => {
      sides.set(chunk.number, side);
      done += side.target.rows;
      progress({
        doing: 'comparing rows',
        table: table.name,
        done,
        total: Math.max(done, total),
        unit: 'rows',
      });
    };
    const isComplete =
      against === 'source'
        ? await pool.run(
            own.map((chunk) => verifyJob(chunk, orphans, hasCaughtUp(context.folder))).values(),
            (job, side) => take(findChunk(own, job.chunk.number), side),
            context.stop,
            hasCaughtUp(context.folder) ? 'in rounds' : 'steady',
          )
        : await pool.run(
            own.map((chunk) => ({ kind: 'digest' as const, chunk })).values(),
            (job, target) => {
              const chunk = findChunk(own, job.chunk.number);
              take(chunk, { source: chunk.survey, target });
            },
            context.stop,
          );
    if (!isComplete) throw new Stopped();
    const suspects = own.filter((chunk) =>
      isDifferent(
        chunk,
        sides.get(chunk.number),
        ledger.get(`${chunk.table} ${chunk.number}`),
        hasCaughtUp(context.folder),
        report,
      ),
    );
    const found = await nameDifferences(context, pool, suspects, orphans, (difference) => {
      if (named++ < MAX_FINDINGS) report(describe(difference));
    });
    differences += found;
    const ordered = own.map((chunk) => sides.get(chunk.number)).filter((side) => side !== undefined);
    rows += ordered.reduce((sum, { target }) => sum + target.rows, 0);
    emitVerified(context, step, table, ordered, own, found, Math.round(performance.now() - startedAt));
  }
  return { rows, differences };
}

/** On the snapshot no row is too large where the survey has found none; the live source may have grown one since. */
export function verifyJob(
  chunk: SurveyedChunk,
  orphans: readonly OrphanRule[],
  isLive: boolean,
): Extract<Job, { kind: 'verify' }> {
  return { kind: 'verify', chunk, orphans, isMeasured: !isLive && chunk.survey.bad === 0 };
}

function findChunk(chunks: readonly SurveyedChunk[], number: number): SurveyedChunk {
  const chunk = chunks.find((candidate) => candidate.number === number);
  if (chunk === undefined) throw new RangeError(`no chunk ${number}`);
  return chunk;
}

/** Source now, source when it was surveyed, ledger and target must all say the same. */
function isDifferent(
  chunk: SurveyedChunk,
  side: Side | undefined,
  ledger: { rows: number; digest: string } | undefined,
  isLive: boolean,
  report: Report,
): boolean {
  const where = `chunk ${chunk.number} of ${chunk.table}`;
  const complain = (code: string, message: string, remedy = RESTART): void =>
    report({
      severity: 'error',
      code,
      message,
      remedies: [remedy],
      table: chunk.table,
    });
  if (side === undefined || ledger === undefined) {
    complain('ledger-incomplete', `${where} is not in the ledger`);
    return true;
  }
  if (side.source.digest !== chunk.survey.digest) {
    if (isLive)
      complain(
        'source-newer',
        `the source has been written to since the last catch-up in ${where}`,
        CATCH_UP,
      );
    else complain('snapshot-changed', `the snapshot has changed in ${where}`);
  }
  if (ledger.digest !== chunk.survey.digest || ledger.rows !== chunk.survey.rows)
    complain('ledger-changed', `the ledger has changed at ${where}`);
  return side.source.digest !== side.target.digest || side.source.rows !== side.target.rows;
}

async function nameDifferences(
  context: StepContext,
  pool: WorkerPool,
  suspects: readonly SurveyedChunk[],
  orphans: readonly OrphanRule[],
  found: (difference: RowDifference) => void,
): Promise<number> {
  let count = 0;
  const isComplete = await pool.run(
    suspects.map((chunk) => ({ kind: 'compare' as const, chunk, orphans })).values(),
    (_, result) => {
      count += result.count;
      result.differences.forEach(found);
    },
    context.stop,
  );
  if (!isComplete) throw new Stopped();
  return count;
}

function describe({ kind, table, key, columns }: RowDifference): Finding {
  const what: Readonly<Record<RowDifference['kind'], string>> = {
    missing: 'is missing in the target',
    added: 'is in the target and not in the source',
    duplicated: 'stands more than once in the target',
    changed: `differs in ${columns.map(({ name, source, target }) => `${name} (source ${source}, target ${target})`).join(', ')}`,
  };
  const first = columns[0];
  return {
    severity: 'error',
    code: `row-${kind}`,
    message: `${table} ${key} ${what[kind]}`,
    remedies: [],
    table,
    ...(first === undefined ? {} : { column: columns.map(({ name }) => name).join(', ') }),
    count: 1,
    examples: [{ key, value: first?.target ?? '' }],
  };
}

function emitVerified(
  { emit }: StepContext,
  step: 'verify' | 'cutover',
  table: TablePlan,
  sides: readonly Side[],
  chunks: readonly SurveyedChunk[],
  differences: number,
  elapsedMs: number,
): void {
  const digest = (pick: (side: Side) => string): string =>
    sides.reduce((hash, side) => hash.update(pick(side)), createHash('sha256')).digest('hex');
  const sum = (pick: (side: Side) => number): number => sides.reduce((total, side) => total + pick(side), 0);
  const sourceDigest = digest(({ source }) => source.digest);
  const targetDigest = digest(({ target }) => target.digest);
  emit({
    type: 'table.verified',
    step,
    table: table.name,
    sourceRows: sum(({ source }) => source.rows),
    targetRows: sum(({ target }) => target.rows),
    quarantined: chunks.reduce((total, { survey }) => total + survey.bad, 0),
    sourceDigest,
    targetDigest,
    equal: differences === 0 && sourceDigest === targetDigest,
    differences,
    elapsedMs,
  });
}

const cellSchema = z.object({
  table_name: z.string(),
  row_key: z.string(),
  column_name: z.string(),
  storage_class: z.string(),
  value: z.string().nullable(),
});

/** Every row with problems must be in quarantine, byte for byte, and nothing else. */
export async function compareQuarantine(
  context: StepContext,
  fitted: FittedPlan,
  report: Report,
): Promise<void> {
  const { chunks, badKeys } = await currentChunks(context);
  const { rows } = await (
    await context.target()
  ).query(
    'SELECT table_name, row_key, column_name, storage_class, value FROM ttm_wizard.quarantine WHERE run_id = $1',
    [context.run],
  );
  const stored = new Map(
    z
      .array(cellSchema)
      .parse(rows)
      .map((cell) => [cellName(cell.table_name, cell.row_key, cell.column_name), cell]),
  );
  const bad = chunks.filter(({ survey }) => survey.bad > 0);
  if (bad.length === 0 && stored.size === 0) return;
  const complain = (message: string): void =>
    report({ severity: 'error', code: 'quarantine-different', message, remedies: [] });
  const [db, side] = [openSource(currentSource(context)), openSource(currentSource(context))];
  try {
    for (const table of fitted.tables) {
      const reader = new ChunkReader(db, side, table, fitted.present[table.name] ?? []);
      for (const chunk of bad.filter((candidate) => candidate.table === table.name)) {
        const badRows: BadRow[] = [];
        for (const _ of reader.read(chunk, orphanRules(table, badKeys), (row) => badRows.push(row)));
        for (const badRow of badRows) {
          const { row, key, index } = badRow;
          if (!canSetRowAside(badRow)) {
            complain(`${table.name} ${key} is too large to be in quarantine`);
            continue;
          }
          for (const cell of reader.rawCells(row, chunk, index)) {
            const name = cellName(table.name, key, cell.column);
            const other = stored.get(name);
            stored.delete(name);
            const value = cell.bytes === null ? null : `\\x${cell.bytes.toString('hex')}`;
            if (other?.value !== value || other.storage_class !== cell.storageClass)
              complain(`${table.name} ${key} ${cell.column} is not in quarantine as it is in the source`);
          }
        }
      }
    }
  } finally {
    db.close();
    side.close();
  }
  if (stored.size > 0) complain(`${stored.size} values are in quarantine that the source has no reason for`);
}

function cellName(table: string, key: string, column: string): string {
  return JSON.stringify([table, key, column]);
}
