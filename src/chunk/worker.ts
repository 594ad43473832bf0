// A worker thread: reads the source with its own connection, talks to the target with its own connection, one job at a time.
// It never writes to the source and prints nothing.
import { parentPort, workerData } from 'node:worker_threads';
import type { Database } from 'better-sqlite3';
import type pg from 'pg';
import { WizardError, codeOf, messageOf } from '../errors.js';
import { openSource, sourceError } from '../source/sqlite.js';
import { connectTarget, targetError } from '../target/connect.js';
import { fillSql, quoteName } from '../target/sql.js';
import { copyChunk } from './copy.js';
import type { Job, JobResults, WorkerSetup } from './jobs.js';
import type { WorkerReply, WorkerRequest } from './pool.js';
import { type ChunkRange, targetLine, targetRange } from './range.js';
import { ChunkReader } from './reader.js';
import { surveyChunk } from './survey.js';

const setup: WorkerSetup = workerData;
const readers = new Map<string, ChunkReader>();
let db: Database | undefined;
let side: Database | undefined;
let client: pg.Client | undefined;

function readerFor(name: string): ChunkReader {
  let reader = readers.get(name);
  if (reader === undefined) {
    const table = setup.tables.find((candidate) => candidate.name === name);
    if (table === undefined) throw new RangeError(`no table ${name}`);
    db ??= openSource(setup.file);
    side ??= openSource(setup.file);
    reader = new ChunkReader(db, side, table, setup.present[name] ?? []);
    readers.set(name, reader);
  }
  return reader;
}

async function targetClient(): Promise<pg.Client> {
  if (setup.target === undefined) throw new RangeError('this worker has no target');
  client ??= await connectTarget(setup.target);
  return client;
}

async function perform(job: Job): Promise<JobResults[Job['kind']]> {
  const reader = readerFor(job.chunk.table);
  switch (job.kind) {
    case 'survey':
      return surveyChunk(reader, job.chunk, job.orphans);
    case 'copy':
      return copyChunk(await targetClient(), reader, job, {
        runId: setup.runId ?? '',
        quarantine: setup.quarantine === true,
      });
    case 'verify': {
      const target = digestTarget(await targetClient(), reader, job.chunk);
      // Awaited below; until then its failure must not count as unhandled.
      target.catch(() => undefined);
      const source = surveyChunk(reader, job.chunk, job.orphans);
      return { source, target: await target };
    }
  }
}

async function digestTarget(
  target: pg.Client,
  { table }: ChunkReader,
  chunk: ChunkRange,
): Promise<JobResults['verify']['target']> {
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
  const doing = `chunk ${job.chunk.number} of ${job.chunk.table}`;
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
