// Catch-up of one chunk: the live source against the ledger, and where they differ, row by row against the target. One short read
// transaction a chunk, so that the application's writers wait for no more than that.
import type { Database } from 'better-sqlite3';
import type pg from 'pg';
import type { RowChange } from './changes.js';
import { changeFor, compareLines, sourceLines } from './compare.js';
import { fingerprintOf } from './fingerprint.js';
import { canSetAside } from './large-rows.js';
import type { CatchUpResult, Job, QuarantineRow } from './jobs.js';
import type { BadRow, ChunkReader } from './reader.js';
import { surveyChunk } from './survey.js';

type CatchUpJob = Extract<Job, { kind: 'catch-up' }>;

/** Changes nothing on either side; what it finds is of one moment of the source. */
export async function catchUpChunk(
  db: Database,
  reader: ChunkReader,
  job: CatchUpJob,
  client: pg.Client,
): Promise<CatchUpResult> {
  const source = readSource(db, reader, job);
  if (source.lines === undefined) return { fingerprint: source.fingerprint, changes: [], badRows: [] };
  const changes: RowChange[] = [];
  await compareLines(client, reader.table, job.chunk, source.lines, (difference) =>
    changes.push(changeFor('target', reader.table, difference)),
  );
  const { fingerprint, survey, badRows } = source;
  return { fingerprint, ...(survey === undefined ? {} : { survey }), changes, badRows };
}

interface SourceSide extends Pick<CatchUpResult, 'fingerprint' | 'survey' | 'badRows'> {
  /** Undefined when the chunk is as the ledger says. */
  readonly lines?: ReadonlyMap<string, string>;
}

function readSource(db: Database, reader: ChunkReader, job: CatchUpJob): SourceSide {
  const { chunk, orphans, ledger } = job;
  db.exec('BEGIN');
  try {
    // What is damaged in a text does not show in the fingerprint.
    const isPlain = ledger.bad === 0 && !reader.hasLargeRow(chunk);
    const fingerprint = isPlain ? fingerprintOf(reader, chunk) : undefined;
    if (fingerprint !== undefined && fingerprint === job.fingerprint) return { fingerprint, badRows: [] };
    const survey = surveyChunk(reader, chunk, orphans);
    const isBad = survey.bad > 0;
    if (!isBad && ledger.bad === 0 && survey.digest === ledger.digest && survey.rows === ledger.rows)
      return { fingerprint, badRows: [] };
    const bad: BadRow[] = [];
    if (isBad) for (const _ of reader.read(chunk, orphans, (row) => bad.push(row)));
    // The pass ends with an error for any other.
    const badRows = bad
      .filter(({ problems }) => problems.every(({ problem }) => canSetAside(problem)))
      .map((row) => quarantineRow(reader, job, row));
    const lines = sourceLines(reader, chunk, orphans);
    return { fingerprint: isBad ? undefined : fingerprint, survey, badRows, lines };
  } finally {
    db.exec('COMMIT');
  }
}

function quarantineRow(
  reader: ChunkReader,
  { chunk }: CatchUpJob,
  { key, row, index, problems }: BadRow,
): QuarantineRow {
  const cells = reader.rawCells(row, chunk, index).map((cell) => {
    const problem = problems.find(({ column }) => column.name === cell.column)?.problem;
    return { ...cell, problem: problem === undefined ? null : `${problem.code}: ${problem.detail}` };
  });
  return { key, cells };
}
