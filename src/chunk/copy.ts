// Copies one chunk: its rows by COPY, its bad rows to quarantine and its ledger row, all in one transaction.
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { WizardError } from '../errors.js';
import { loadSql, quoteName } from '../target/sql.js';
import type { CopyResult, Job } from './jobs.js';
import type { BadRow, ChunkReader } from './reader.js';

/** Characters handed to the socket at a time: large enough that calls cost nothing, small enough that the server never waits. */
const SLICE_CHARACTERS = 64 * 1024;

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
  for (const row of badRows) await quarantineRow(client, reader, job, row, options);
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
  const stream = client.query(copyFrom(`COPY ${quoteName(table.name)} (${columns}) FROM STDIN`));
  const done = finished(stream);
  // The first rejection is awaited below; until then it must not count as unhandled.
  done.catch(() => undefined);
  let rows = 0;
  try {
    const slices = job.survey.bad === 0 ? trustedSlices(reader, job) : checkedSlices(reader, job, bad);
    for (const slice of slices) {
      rows += slice.rows;
      if (!stream.write(slice.data)) await Promise.race([once(stream, 'drain'), done]);
    }
  } catch (error) {
    stream.destroy();
    throw error;
  }
  stream.end();
  await done;
  if (stream.rowCount !== rows) throw new Error(`COPY took ${stream.rowCount} of ${rows} rows`);
  return rows;
}

interface Slice {
  readonly data: Buffer;
  readonly rows: number;
}

/** The survey has checked every value: rows pass as text, many at a time. */
function* trustedSlices(reader: ChunkReader, { chunk, survey }: CopyJob): Generator<Slice> {
  let text = '';
  let rows = 0;
  for (const row of reader.readTrusted(chunk)) {
    text += reader.encoder.trustedLine(row, survey.controls);
    rows++;
    if (text.length >= SLICE_CHARACTERS) {
      yield { data: Buffer.from(text, 'utf8'), rows };
      text = '';
      rows = 0;
    }
  }
  if (rows > 0) yield { data: Buffer.from(text, 'utf8'), rows };
}

/** The chunk has bad rows: every value is checked again, and what has problems is collected in `bad`. */
function* checkedSlices(reader: ChunkReader, { chunk, orphans }: CopyJob, bad: BadRow[]): Generator<Slice> {
  const { encoder } = reader;
  encoder.length = 0;
  for (const _ of reader.read(chunk, orphans, (row) => bad.push(row))) {
    encoder.endLine();
    yield { data: Buffer.from(encoder.out.subarray(0, encoder.length)), rows: 1 };
    encoder.length = 0;
  }
}

async function quarantineRow(
  client: pg.Client,
  reader: ChunkReader,
  { chunk }: CopyJob,
  { key, row, index, problems }: BadRow,
  options: { runId: string; quarantine: boolean },
): Promise<void> {
  if (!options.quarantine) {
    throw new WizardError({
      code: 'BAD_VALUE',
      message: `row ${key} of ${chunk.table}: ${problems[0]?.column.name ?? ''} ${problems[0]?.problem.detail ?? ''}`,
      remedies: ['--on-bad-value quarantine sets such rows aside'],
      exitCode: 3,
    });
  }
  for (const [position, cell] of reader.rawCells(row, chunk, index).entries()) {
    const problem = problems.find((candidate) => candidate.column.name === cell.column)?.problem;
    await client.query(loadSql('ledger/quarantine_cell.sql'), [
      options.runId,
      chunk.table,
      key.replaceAll('\0', '\\0'),
      cell.column,
      position + 1,
      cell.storageClass,
      cell.bytes,
      problem === undefined ? null : `${problem.code}: ${problem.detail}`,
    ]);
  }
}
