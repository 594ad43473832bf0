// Carry-back of one chunk: the target against the ledger, and where they differ, row by row against the source. Changes nothing.
import type pg from 'pg';
import type { RowChange } from './changes.js';
import { changeFor, compareLines, sourceLines } from './compare.js';
import type { CarryBackResult, Job, KnownChunk, OrphanRule, TargetDigest } from './jobs.js';
import type { ChunkRange } from './range.js';
import type { ChunkReader } from './reader.js';
import { surveyChunk } from './survey.js';

type CarryBackJob = Extract<Job, { kind: 'carry-back' }>;

/** The application must be stopped on both sides, or the result is only an estimate. */
export async function carryBackChunk(
  reader: ChunkReader,
  { chunk, orphans, ledger, isSourceSuspect }: CarryBackJob,
  client: pg.Client,
  digest: (client: pg.Client, chunk: ChunkRange) => Promise<TargetDigest>,
): Promise<CarryBackResult> {
  const target = await digest(client, chunk);
  const isChanged = target.digest !== ledger?.digest || target.rows !== ledger.rows;
  if (!isChanged && !isSourceSuspect) return { target, isChanged, isSourceKnown: true, changes: [] };
  const isSourceKnown = ledger === undefined || isKnown(reader, chunk, orphans, ledger);
  if (!isChanged && isSourceKnown) return { target, isChanged, isSourceKnown, changes: [] };
  const changes: RowChange[] = [];
  await compareLines(client, reader.table, chunk, sourceLines(reader, chunk, orphans), (difference) =>
    changes.push(changeFor('source', reader.table, difference)),
  );
  return { target, isChanged, isSourceKnown, changes };
}

function isKnown(
  reader: ChunkReader,
  chunk: ChunkRange,
  orphans: readonly OrphanRule[],
  { rows, bad, digest, carried }: KnownChunk,
): boolean {
  const survey = surveyChunk(reader, chunk, orphans);
  if (survey.bad !== bad) return false;
  return (survey.digest === digest && survey.rows === rows) || carried.includes(survey.digest);
}
