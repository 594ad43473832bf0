// Catch-up of one chunk: the live source against the ledger, and where they differ, row by row against the target. One short read
// transaction a chunk, so that the application's writers wait for no more than that.
import type { Database } from 'better-sqlite3';
import type pg from 'pg';
import type { RowChange } from './changes.js';
import { changeFor, compareLines, sourceLines } from './compare.js';
import { fingerprintOf } from './fingerprint.js';
import type { CatchUpResult, Job, TargetDigest } from './jobs.js';
import { canSetRowAside } from './large-rows.js';
import { quarantineRow } from './quarantine.js';
import type { ChunkRange } from './range.js';
import type { BadRow, ChunkReader } from './reader.js';
import { surveyChunk } from './survey.js';

type CatchUpJob = Extract<Job, { kind: 'catch-up' }>;

/** Changes nothing on either side; what it finds is of one moment of the source. */
export async function catchUpChunk(
  db: Database,
  reader: ChunkReader,
  job: CatchUpJob,
  client: pg.Client,
  digest: (client: pg.Client, chunk: ChunkRange) => Promise<TargetDigest>,
): Promise<CatchUpResult> {
  const { chunk, ledger } = job;
  const source = readSource(db, reader, job);
  if (source.lines === undefined)
    return { fingerprint: source.fingerprint, changes: [], badRows: [], isTargetKnown: true };
  const changes: RowChange[] = [];
  await compareLines(client, reader.table, chunk, source.lines, (difference) =>
    changes.push(changeFor('target', reader.table, difference)),
  );
  // After its rows have been read: whatever of a stranger is among them shows in it.
  const target = await digest(client, chunk);
  // A chunk that has just been cut from another has no digest yet.
  const isTargetKnown =
    ledger.digest === '' || (target.digest === ledger.digest && target.rows === ledger.rows);
  const { fingerprint, survey, badRows } = source;
  return { fingerprint, ...(survey === undefined ? {} : { survey }), changes, badRows, isTargetKnown };
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
    const badRows = bad.filter(canSetRowAside).map((row) => quarantineRow(reader, chunk, row));
    const lines = sourceLines(reader, chunk, orphans);
    return { fingerprint: isBad ? undefined : fingerprint, survey, badRows, lines };
  } finally {
    db.exec('COMMIT');
  }
}
