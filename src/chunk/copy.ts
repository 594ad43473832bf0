// Copies one chunk: its rows by COPY, its bad rows to quarantine and its ledger row, all in one transaction.
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { BINARY_HEADER, BINARY_TRAILER, BinaryRowWriter } from '../codec/binary.js';
import { WizardError } from '../errors.js';
import { loadSql, quoteName } from '../target/sql.js';
import type { CopyResult, Job } from './jobs.js';
import { canSetRowAside } from './large-rows.js';
import { quarantineRow, setAside } from './quarantine.js';
import type { BadRow, ChunkReader } from './reader.js';

/** Handed to the socket at a time: large enough that calls cost nothing, small enough that the server never waits. */
const SLICE_BYTES = 256 * 1024;

type CopyJob = Extract<Job, { kind: 'copy' }>;

/**
 * Returns `skipped` when the ledger holds the chunk already. Rows come out exactly as the survey counted them, or nothing is
 * committed. On any error the transaction ends with the connection, which the caller must drop.
 */
export async function copyChunk(
  client: pg.Client,
  reader: ChunkReader,
  job: CopyJob,
  options: { runId: string; quarantine: boolean },
): Promise<CopyResult> {
  const { chunk, survey } = job;
  await client.query('BEGIN');
  // Losing the newest commits in a server crash loses their ledger rows too, so waiting for the disk at each one is not needed.
  await client.query('SET LOCAL synchronous_commit = off');
  const claimed = await client.query(loadSql('ledger/claim_chunk.sql'), [
    options.runId,
    chunk.table,
    chunk.number,
    chunk.low,
    chunk.high,
    survey.rows,
    survey.bad,
    survey.bytes,
    survey.digest,
  ]);
  if (claimed.rowCount === 0) {
    await client.query('ROLLBACK');
    return { rows: survey.rows, quarantined: survey.bad, bytes: survey.bytes, skipped: true };
  }
  const badRows: BadRow[] = [];
  const rows = await copyRows(client, reader, job, badRows);
  if (rows !== survey.rows || badRows.length !== survey.bad) {
    throw new WizardError({
      code: 'SNAPSHOT_CHANGED',
      message: `chunk ${chunk.number} of ${chunk.table} has ${rows} good and ${badRows.length} bad rows, the survey counted ${survey.rows} and ${survey.bad}`,
      remedies: [
        'the snapshot has been changed since it was made: ttm-wizard run … --restart makes a new one',
      ],
      exitCode: 4,
    });
  }
  const stopping = badRows.find((row) => !options.quarantine || !canSetRowAside(row));
  if (stopping !== undefined) throw badValue(chunk.table, stopping);
  const aside = badRows.map((row) => quarantineRow(reader, chunk, row));
  await setAside(client, options.runId, chunk, aside);
  await client.query('COMMIT');
  return { rows, quarantined: badRows.length, bytes: survey.bytes, skipped: false };
}

async function copyRows(
  client: pg.Client,
  reader: ChunkReader,
  job: CopyJob,
  bad: BadRow[],
): Promise<number> {
  const { table } = reader;
  const columns = table.columns.map((column) => quoteName(column.name)).join(', ');
  const stream = client.query(
    copyFrom(`COPY ${quoteName(table.name)} (${columns}) FROM STDIN (FORMAT binary)`),
  );
  const done = finished(stream);
  // The first rejection is awaited below; until then it must not count as unhandled.
  done.catch(() => undefined);
  let rows = 0;
  try {
    stream.write(BINARY_HEADER);
    for (const slice of slicesOf(reader, job, bad)) {
      rows += slice.rows;
      if (!stream.write(slice.data)) await Promise.race([once(stream, 'drain'), done]);
    }
  } catch (error) {
    stream.destroy();
    throw error;
  }
  stream.end(BINARY_TRAILER);
  await done;
  if (stream.rowCount !== rows) throw new Error(`COPY took ${stream.rowCount} of ${rows} rows`);
  return rows;
}

interface Slice {
  readonly data: Buffer;
  readonly rows: number;
}

/** The rows of the chunk in slices; those with problems are collected in `bad` and left out. */
function* slicesOf(
  reader: ChunkReader,
  { chunk, orphans, survey }: CopyJob,
  bad: BadRow[],
): Generator<Slice> {
  const writer = new BinaryRowWriter(reader.table.columns, SLICE_BYTES + SLICE_BYTES / 2);
  let rows = 0;
  // A chunk in which the survey found nothing needs no second look at its values.
  const source =
    survey.bad === 0 ? reader.readTrusted(chunk) : reader.read(chunk, orphans, (row) => bad.push(row));
  for (const row of source) {
    writer.write(row);
    rows++;
    if (writer.length >= SLICE_BYTES) {
      yield { data: writer.take(), rows };
      rows = 0;
    }
  }
  if (rows > 0) yield { data: writer.take(), rows };
}

function badValue(table: string, { key, problems }: BadRow): WizardError {
  return new WizardError({
    code: 'BAD_VALUE',
    message: `row ${key} of ${table}: ${problems[0]?.column.name ?? ''} ${problems[0]?.problem.detail ?? ''}`,
    remedies: ['--on-bad-value quarantine sets such rows aside'],
    exitCode: 3,
  });
}
