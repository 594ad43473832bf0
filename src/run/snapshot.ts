// What every step after the backup needs of the snapshot: its place, the plan fitted to it, and its chunks.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type ChunkList, chunkListSchema } from '../chunk/scan.js';
import type { WorkerPool } from '../chunk/pool.js';
import { WizardError } from '../errors.js';
import { type FittedPlan, fitPlan } from '../source/drift.js';
import { inspectSource } from '../source/inspect.js';
import { openSource } from '../source/sqlite.js';
import { copiedChunks } from '../target/ledger.js';
import { hasCaughtUp } from './cutover-state.js';
import { sourcePlace } from './fence.js';
import { FILES } from './folder.js';
import type { StepContext } from './step.js';

/** What the backup step leaves. */
const backupResultSchema = z.object({
  sha256: z.string(),
  bytes: z.number(),
  /** Of the snapshot when it was finished, to notice changes cheaply. */
  mtimeMs: z.number(),
  rows: z.number(),
  /** Whether times are spelled in several ways, so that the source orders them otherwise than the target does. */
  hasOtherSpellings: z.boolean(),
  /** See sourceStamp; tells whether the source has been written to since. */
  sourceStamp: z.string(),
});
export type BackupResult = z.infer<typeof backupResultSchema>;

export function snapshotPath(context: StepContext): string {
  return join(context.folder, FILES.snapshot);
}

/** Throws when the backup step has not been completed. */
export function backupResult(context: StepContext): BackupResult {
  return backupResultSchema.parse(context.result('backup'));
}

/** The plan as it fits the snapshot. */
export function fittedPlan(context: StepContext, file = snapshotPath(context)): FittedPlan {
  const db = openSource(file);
  try {
    return fitPlan(context.options.plan, inspectSource(db), context.options.onDrift);
  } finally {
    db.close();
  }
}

/** The chunks fixed by the backup step. */
export function chunkList(context: StepContext): ChunkList {
  const file = join(context.folder, FILES.chunks);
  try {
    const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return chunkListSchema.parse(parsed);
  } catch (error) {
    throw new WizardError({
      code: 'CHUNKS_UNREADABLE',
      message: `${file} is missing or damaged`,
      remedies: ['--restart drops what the run made and begins anew'],
      exitCode: 4,
      cause: error,
    });
  }
}

/**
 * What the target is to hold, chunk by chunk: the snapshot's rows, or after a catch-up what the ledger says. Bad keys are those of the
 * snapshot.
 */
export async function currentChunks(context: StepContext): Promise<ChunkList> {
  const list = chunkList(context);
  if (!hasCaughtUp(context.folder)) return list;
  const entries = await copiedChunks(await context.target(), context.run);
  const chunks = entries.map(
    ({ table_name: table, number, low, high, rows, quarantined: bad, bytes, digest }) => ({
      ...{ table, number, low, high },
      survey: { rows, bad, bytes, digest },
    }),
  );
  return { chunks, badKeys: list.badKeys };
}

/** The file that the target is to equal: the snapshot, or after a catch-up the live source. */
export function currentSource(context: StepContext): string {
  return hasCaughtUp(context.folder) ? sourcePlace(context) : snapshotPath(context);
}

/**
 * Worker threads that read the snapshot and, for what needs it, write to the target: the same ones for all steps of a process,
 * because their code is fast only when it has run for a while. The run ends them.
 */
export function snapshotPool(context: StepContext, fitted: FittedPlan): Promise<WorkerPool> {
  return poolFor(context, fitted, snapshotPath(context));
}

/** The same reading another file of the same schema: the live source. */
export async function poolFor(context: StepContext, fitted: FittedPlan, file: string): Promise<WorkerPool> {
  return context.workers({
    file,
    tables: fitted.tables,
    present: fitted.present,
    target: await context.address(),
    runId: context.run,
    quarantine: context.options.onBadValue === 'quarantine',
  });
}
