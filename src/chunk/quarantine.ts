// A row that the target cannot hold: its cells as the source stores them, each with what is wrong with it, and how they are written
// into the quarantine.
import type pg from 'pg';
import { loadSql } from '../target/sql.js';
import type { QuarantineRow } from './jobs.js';
import type { ChunkRange } from './range.js';
import type { BadRow, ChunkReader } from './reader.js';

/** The row as the quarantine holds it. */
export function quarantineRow(
  reader: ChunkReader,
  chunk: ChunkRange,
  { key, row, index, problems }: BadRow,
): QuarantineRow {
  const cells = reader.rawCells(row, chunk, index).map((cell) => {
    const problem = problems.find(({ column }) => column.name === cell.column)?.problem;
    return { ...cell, problem: problem === undefined ? null : `${problem.code}: ${problem.detail}` };
  });
  return { key, cells };
}

/** Writes rows of one chunk into the quarantine; the caller has a transaction open. */
export async function setAside(
  client: pg.Client,
  run: string,
  { table, number }: Pick<ChunkRange, 'table' | 'number'>,
  rows: readonly QuarantineRow[],
): Promise<void> {
  for (const { key, cells } of rows) {
    for (const [position, { column, storageClass, bytes, problem }] of cells.entries()) {
      // Between threads a Buffer becomes a plain array of bytes.
      const value = bytes === null ? null : Buffer.from(bytes);
      await client.query(loadSql('ledger/quarantine_cell.sql'), [
        ...[run, table, key, column, position + 1, storageClass, value, problem],
        number,
      ]);
    }
  }
}
