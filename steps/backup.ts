// Backup: a consistent snapshot of the live source, checked, checksummed and surveyed. Everything later reads the snapshot.
import { createHash } from 'node:crypto';
import { chmodSync, createReadStream, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import prettyBytes from 'pretty-bytes';
import writeFileAtomic from 'write-file-atomic';
import { showRows } from '../src/output/format.js';
import { type SurveyedChunk, scanTables } from '../src/chunk/scan.js';
import { sourceTable } from '../src/chunk/range.js';
import type { WorkerPool } from '../src/chunk/pool.js';
import { WizardError } from '../src/errors.js';
import { hasCaughtUp } from '../src/run/cutover-state.js';
import { FILES } from '../src/run/folder.js';
import { progressOf } from '../src/run/progress.js';
import {
  type BackupResult,
  backupResult,
  fittedPlan,
  snapshotPath,
  snapshotPool,
} from '../src/run/snapshot.js';
import { type Step, type StepContext, Stopped } from '../src/run/step.js';
import { writeError } from '../src/run/write-error.js';
import type { FittedPlan } from '../src/source/drift.js';
import { type Soundness, uncheckedFindings } from '../src/source/soundness.js';
import { Database } from '../src/source/sqlite-driver.js';
import { openSource, sourceError } from '../src/source/sqlite.js';
import { sourceStamp } from '../src/source/stamp.js';
import { warmCache } from '../src/source/warm-cache.js';

/** Pages a step: the read lock is held throughout, so this only decides how often progress shows. */
const PAGES = 16_384;

export const backup: Step = {
  name: 'backup',
  title: 'Make and check the snapshot',

  plan: ({ options }) =>
    Promise.resolve([
      {
        title: 'snapshot',
        sql: `copy ${options.source} by SQLite's backup API into ${join(options.backupDir, 'RUN', FILES.snapshot)}`,
      },
      { title: 'checks', sql: 'PRAGMA integrity_check; SHA-256; every value read and every chunk digested' },
    ]),

  async run(context) {
    const file = snapshotPath(context);
    const stamp = sourceStamp(context.options.source);
    await makeSnapshot(context, file);
    const fitted = fittedPlan(context);
    const drift = fitted.findings.filter(({ severity }) => severity === 'error');
    if (drift.length > 0)
      throw changedMeanwhile(
        context,
        drift.map(({ message }) => message),
      );
    const pool = await snapshotPool(context, fitted);
    const sha256 = await checkFile(context, pool, file);
    const { rows, hasOtherSpellings } = await survey(context, pool, fitted, file);
    const { size: bytes, mtimeMs } = statSync(file);
    const manifest = {
      file: FILES.snapshot,
      bytes,
      sha256,
      source: context.options.source,
      madeAt: new Date().toISOString(),
    };
    await writeFileAtomic(join(context.folder, FILES.manifest), `${JSON.stringify([manifest], null, 2)}\n`, {
      mode: 0o600,
    });
    context.emit({ type: 'file.written', step: 'backup', file, bytes, sha256 });
    const summary = `snapshot of ${prettyBytes(bytes)} is sound, ${showRows(rows)}, SHA-256 ${sha256.slice(0, 12)}…`;
    return { summary, result: { sha256, bytes, mtimeMs, rows, hasOtherSpellings, sourceStamp: stamp } };
  },

  check(context) {
    const { bytes, mtimeMs, sourceStamp: stamp } = backupResult(context);
    const stat = statSync(snapshotPath(context), { throwIfNoEntry: false });
    if (stat?.size === bytes && stat.mtimeMs === mtimeMs) {
      noticeChanges(context, stamp);
      return Promise.resolve();
    }
    throw new WizardError({
      code: 'SNAPSHOT_CHANGED',
      message: `${snapshotPath(context)} is ${stat === undefined ? 'gone' : 'not as the backup step left it'}`,
      remedies: ['--restart drops what the run made and begins anew with a new snapshot'],
      exitCode: 4,
    });
  },

  // The backup is the admin's and stays.
  undo: () => Promise.resolve(undefined),
};

/** The target shows the source as of the snapshot; whoever resumes or repeats a run hears when that is no longer all. */
function noticeChanges({ options, emit, folder }: StepContext, stamp: string): void {
  if (
    hasCaughtUp(folder) ||
    (statSync(options.source, { throwIfNoEntry: false }) !== undefined &&
      sourceStamp(options.source) === stamp)
  )
    return;
  const message = `${options.source} has been written to since the snapshot; the target is as of the snapshot (ttm-wizard catch-up brings it over)`;
  emit({ type: 'notice', message });
}

async function makeSnapshot({ options, emit, stop }: StepContext, file: string): Promise<void> {
  const part = `${file}.part`;
  for (const leftover of [part, `${part}-journal`, `${part}-wal`, file]) rmSync(leftover, { force: true });
  await warmCache(options.source);
  const progress = progressOf(emit, 'backup');
  const db = openSource(options.source);
  try {
    // With a read transaction of our own the backup is of one moment and never has to start over, however busy the file is.
    db.exec('BEGIN');
    db.prepare('SELECT count(*) FROM sqlite_master').get();
    await db.backup(part, {
      progress: ({ totalPages, remainingPages }) => {
        if (stop.aborted) throw new Stopped();
        progress({
          doing: 'copying pages',
          done: totalPages - remainingPages,
          total: totalPages,
          unit: 'pages',
        });
        return PAGES;
      },
    });
  } catch (error) {
    const full = writeError(part, error);
    throw error instanceof Stopped || full !== error ? full : sourceError(options.source, error);
  } finally {
    db.close();
  }
  // A snapshot of a WAL file says so in its header; as a plain file it is complete by itself and can be read from anywhere.
  const snapshot = new Database(part);
  snapshot.pragma('journal_mode = DELETE');
  snapshot.close();
  chmodSync(part, 0o400);
  renameSync(part, file);
}

/** Throws SNAPSHOT_CORRUPT unless SQLite finds the file sound; resolves to its SHA-256. */
async function checkFile(context: StepContext, pool: WorkerPool, file: string): Promise<string> {
  const hash = createHash('sha256');
  const found: Soundness[] = [];
  const [isComplete] = await Promise.all([
    pool.run(
      [{ kind: 'integrity' as const }].values(),
      (_, soundness) => void found.push(soundness),
      context.stop,
    ),
    pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash),
  ]);
  if (!isComplete) throw new Stopped();
  for (const soundness of found)
    for (const finding of uncheckedFindings('integrity_check', soundness))
      context.emit({ type: 'step.finding', step: 'backup', finding });
  const complaints = found.flatMap(({ damage }) => damage);
  if (complaints.length === 0) return hash.digest('hex');
  throw new WizardError({
    code: 'SNAPSHOT_CORRUPT',
    message: `the snapshot does not pass integrity_check: ${complaints.slice(0, 3).join('; ')}`,
    remedies: [
      `sqlite3 ${context.options.source} 'PRAGMA integrity_check'    tells whether the source itself is damaged`,
    ],
    exitCode: 4,
  });
}

async function survey(
  context: StepContext,
  pool: WorkerPool,
  fitted: FittedPlan,
  file: string,
): Promise<Pick<BackupResult, 'rows' | 'hasOtherSpellings'>> {
  const progress = progressOf(context.emit, 'backup');
  const total = statSync(file).size;
  const done = new Map<string, number>();
  const db = openSource(file);
  try {
    const { chunks, badKeys, findings } = await scanTables({
      fitted,
      pool,
      db,
      stop: context.stop,
      onBadValue: context.options.onBadValue,
      pace: 'steady',
      progress: (table, _, bytes) => {
        done.set(table, bytes);
        const sum = [...done.values()].reduce((a, b) => a + b, 0);
        progress({
          doing: 'reading every value',
          done: sum,
          total: Math.max(sum, total),
          unit: 'bytes',
        });
      },
    });
    countAll(db, fitted, chunks);
    for (const finding of findings) context.emit({ type: 'step.finding', step: 'backup', finding });
    const errors = findings.filter(({ severity }) => severity === 'error');
    if (errors.length > 0)
      throw changedMeanwhile(
        context,
        errors.map(({ message }) => message),
      );
    await writeFileAtomic(join(context.folder, FILES.chunks), JSON.stringify({ chunks, badKeys }), {
      mode: 0o600,
    });
    const rows = chunks.reduce((sum, chunk) => sum + chunk.survey.rows, 0);
    return { rows, hasOtherSpellings: findings.some(({ code }) => code === 'time-spelling') };
  } finally {
    db.close();
  }
}

/** Every row lies in exactly one chunk, or the comparison of all chunks would prove nothing. */
function countAll(db: Database, fitted: FittedPlan, chunks: readonly SurveyedChunk[]): void {
  for (const table of fitted.tables.filter(({ name }) => name in fitted.present)) {
    const { name } = table;
    const inTable = db
      .prepare<[], bigint>(`SELECT count(*) FROM ${sourceTable(table)}`)
      .pluck()
      .get();
    const inChunks = chunks
      .filter((chunk) => chunk.table === name)
      .reduce((sum, { survey: { rows, bad } }) => sum + rows + bad, 0);
    if (BigInt(inChunks) !== inTable)
      throw new RangeError(`the chunks of ${name} hold ${inChunks} of its ${String(inTable)} rows`);
  }
}

/** Between preflight and the snapshot the application has written something that preflight would have refused. */
function changedMeanwhile(context: StepContext, what: readonly string[]): WizardError {
  return new WizardError({
    code: 'SOURCE_CHANGED',
    message: `since preflight the source has got what cannot be carried over: ${what.join('; ')}; the target is untouched`,
    remedies: [`correct it in ${context.options.source} and start again, or --on-bad-value quarantine`],
    exitCode: 3,
  });
}
