// Carry-back of one chunk: the target against the ledger, and where they differ, row by row against the source. Changes nothing.
import type pg from 'pg';
import type { RowChange } from './changes.js';
import { changeFor, compareLines, sourceLines } from './compare.js';
import type { CarryBackPart, CarryBackResult, Job, KnownChunk, OrphanRule, TargetDigest } from './jobs.js';
import type { ChunkRange } from './range.js';
import type { ChunkReader } from './reader.js';
import { surveyChunk } from './survey.js';

type CarryBackJob = Extract<Job, { kind: 'carry-back' }>;

/** Rows handed over at a time. */
const PART_ROWS = 250;

/** Gives the row changes to `part` as they are found. The application must be stopped on both sides, or the result is only an estimate. */
export async function carryBackChunk(
  reader: ChunkReader,
  { chunk, orphans, ledger, isSourceSuspect }: CarryBackJob,
  client: pg.Client,
  digest: (client: pg.Client, chunk: ChunkRange) => Promise<TargetDigest>,
  part: (part: CarryBackPart) => void,
): Promise<CarryBackResult> {
  const target = await digest(client, chunk);
  const isChanged = target.digest !== ledger?.digest || target.rows !== ledger.rows;
  if (!isChanged && !isSourceSuspect) return { target, isChanged, isSourceKnown: true };
  const isSourceKnown = ledger === undefined || isKnown(reader, chunk, orphans, ledger);
  if (!isChanged && isSourceKnown) return { target, isChanged, isSourceKnown };
  let changes: RowChange[] = [];
  const handOver = (): void => {
    if (changes.length > 0) part({ isChanged, isSourceKnown, changes });
    changes = [];
  };
  await compareLines(client, reader.table, chunk, sourceLines(reader, chunk, orphans), (difference) => {
    changes.push(changeFor('source', reader.table, difference));
    if (changes.length >= PART_ROWS) handOver();
  });
  handOver();
  return { target, isChanged, isSourceKnown };
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
