// A worker thread: reads the source with its own connection, talks to the target with its own connection, one job at a time.
// It never writes to the source and prints nothing.
import { parentPort, workerData } from 'node:worker_threads';
import type { Database } from 'better-sqlite3';
import type pg from 'pg';
import { WizardError, codeOf, messageOf } from '../errors.js';
import type { TablePlan } from '../plans/plan.js';
import { checkSoundness } from '../source/soundness.js';
import { openSource, sourceError } from '../source/sqlite.js';
import { connectTarget, targetError } from '../target/connect.js';
import { fillSql, quoteName } from '../target/sql.js';
import { carryBackChunk } from './carry-back.js';
import { catchUpChunk } from './catch-up.js';
import { type RowDifference, compareRows } from './compare.js';
import { copyChunk } from './copy.js';
import type { Job, JobResults, WorkerSetup } from './jobs.js';
import type { WorkerReply, WorkerRequest } from './pool.js';
import { runQuery } from './query.js';
import { type ChunkRange, targetLine, targetRange } from './range.js';
import { ChunkReader } from './reader.js';
import { surveyChunk } from './survey.js';

/** Beyond this a chunk is not different but another one; the count goes on. */
const MAX_DIFFERENCES = 1000;

let setup = workerData as WorkerSetup;
const readers = new Map<string, ChunkReader>();
let db: Database | undefined;
let side: Database | undefined;
let client: pg.Client | undefined;

function source(): Database {
  db ??= openSource(setup.file);
  return db;
}

function readerFor(name: string): ChunkReader {
  let reader = readers.get(name);
  if (reader === undefined) {
    side ??= openSide(setup.file);
    reader = new ChunkReader(source(), side, tableNamed(name), setup.present[name] ?? []);
    readers.set(name, reader);
  }
  return reader;
}

/** For single rows and for lengths, which are read once: a cache of the usual 16 MB would only be memory. */
function openSide(file: string): Database {
  const opened = openSource(file);
  opened.pragma('cache_size = -2000');
  return opened;
}

async function open(next: WorkerSetup | undefined): Promise<undefined> {
  readers.clear();
  db?.close();
  side?.close();
  await client?.end();
  db = side = client = undefined;
  setup = next ?? setup;
}

function tableNamed(name: string): TablePlan {
  const table = setup.tables.find((candidate) => candidate.name === name);
  if (table === undefined) throw new RangeError(`no table ${name}`);
  return table;
}

/** better-sqlite3 gives each connection 16 MB. A chunk is read from one end to the other: SQLite's own 2 MB do as well. */
function keepCachesSmall(): void {
  for (const connection of [db, side]) connection?.pragma('cache_size = -2000');
}

async function targetClient(): Promise<pg.Client> {
  if (setup.target === undefined) throw new RangeError('this worker has no target');
  client ??= await connectTarget(setup.target);
  return client;
}

async function perform(job: Job): Promise<JobResults[Job['kind']]> {
  switch (job.kind) {
    case 'open':
      return open(job.setup);
    case 'survey':
      return surveyChunk(readerFor(job.chunk.table), job.chunk, job.orphans);
    case 'copy': {
      const options = { runId: setup.runId ?? '', quarantine: setup.quarantine === true };
      return copyChunk(await targetClient(), readerFor(job.chunk.table), job, options);
    }
    case 'verify': {
      const target = digestTarget(await targetClient(), job.chunk);
      // Awaited below; until then its failure must not count as unhandled.
      target.catch(() => undefined);
      const survey = surveyChunk(readerFor(job.chunk.table), job.chunk, job.orphans, job.isMeasured);
      return { source: survey, target: await target };
    }
    case 'compare':
      return compareChunk(job);
    case 'digest':
      return digestTarget(await targetClient(), job.chunk);
    case 'catch-up':
      return catchUpChunk(source(), readerFor(job.chunk.table), job, await targetClient(), digestTarget);
    case 'carry-back': {
      const reader = readerFor(job.chunk.table);
      keepCachesSmall();
      return carryBackChunk(reader, job, await targetClient(), digestTarget, (part) => reply({ part }));
    }
    case 'integrity':
      return checkSoundness(source(), 'integrity_check', 20);
    case 'query':
      source();
      // As the application has it, which sets nothing; and what a query sorts is kept in as much again.
      keepCachesSmall();
      return runQuery(source(), job);
  }
}

async function compareChunk({
  chunk,
  orphans,
  explained,
}: Extract<Job, { kind: 'compare' }>): Promise<JobResults['compare']> {
  const differences: RowDifference[] = [];
  let count = 0;
  const found = (difference: RowDifference): void => {
    count++;
    if (differences.length < MAX_DIFFERENCES) differences.push(difference);
  };
  await compareRows(await targetClient(), readerFor(chunk.table), chunk, orphans, found, explained);
  return { differences, count };
}

async function digestTarget(target: pg.Client, chunk: ChunkRange): Promise<JobResults['digest']> {
  const table = tableNamed(chunk.table);
  const { where, values } = targetRange(table, chunk);
  const sql = fillSql('verify/chunk_digest.sql', {
    line: targetLine(table.columns),
    table: quoteName(table.name),
    range: where,
  });
  const { rows } = await target.query<{ rows: string; digest: string }>(sql, values);
  return { rows: Number(rows[0]?.rows), digest: rows[0]?.digest ?? '' };
}

/** An error as plain data; errors of SQLite and of the server are told apart here, where it is known who spoke. */
function failureOf(job: Job, error: unknown): WizardError {
  if (error instanceof WizardError) return error;
  const doing = 'chunk' in job ? `chunk ${job.chunk.number} of ${job.chunk.table}` : job.kind;
  const isSource = codeOf(error)?.startsWith('SQLITE_') === true;
  if (isSource) return sourceError(setup.file, error);
  if (error instanceof RangeError || error instanceof TypeError) throw error;
  return targetError(doing, error);
}

function reply(message: WorkerReply): void {
  parentPort?.postMessage(message);
}

parentPort?.on('message', (request: WorkerRequest) => {
  if (request.job === undefined) {
    void (client?.end() ?? Promise.resolve()).catch(() => undefined).then(() => parentPort?.close());
    return;
  }
  const { job } = request;
  perform(job).then(
    (result) => reply({ result }),
    (error: unknown) => {
      try {
        const { code, message, remedies, exitCode } = failureOf(job, error);
        reply({ failure: { code, message, remedies, exitCode } });
      } catch {
        reply({ bug: error instanceof Error ? (error.stack ?? error.message) : messageOf(error) });
      }
    },
  );
});
