// Rows in the tables of a run's modules. They have no place in the source, so that a rollback, which drops these tables, first writes
// them into a file of the run's folder: a line of JSON a row.
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import { showRows } from '../output/format.js';
import type { Plan } from '../plans/plan.js';
import { quoteName } from '../target/sql.js';
import { FILES } from './folder.js';
import { writing } from './write-error.js';

const FETCH_ROWS = 1000;

/**
 * Resolves to what is kept, in a sentence; undefined when there is nothing. Changes nothing in the target. Throws BACKUP_DISK (exit
 * 75) where there is no room for the file.
 */
export async function keepModuleRows(
  client: pg.Client,
  { added = [] }: Plan,
  folder: string,
): Promise<string | undefined> {
  const tables = added.flatMap(({ expected }) => expected.tables ?? []);
  if (tables.length === 0) return undefined;
  const file = join(folder, FILES.moduleRows);
  const kept: string[] = [];
  let descriptor: number | undefined;
  const write = (line: string): void =>
    writing(file, () => {
      descriptor ??= openSync(file, 'w', 0o600);
      writeSync(descriptor, line);
    });
  try {
    for (const table of tables) {
      let rows = 0;
      for await (const row of rowsOf(client, table)) {
        write(`{"table":${JSON.stringify(table)},"row":${row}}\n`);
        rows++;
      }
      if (rows > 0) kept.push(`${showRows(rows)} of ${table}`);
    }
    const made = descriptor;
    if (made !== undefined) writing(file, () => fsyncSync(made));
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
  if (kept.length === 0) return undefined;
  return `${kept.join(', ')}, for which the source has no place, are kept in ${file}`;
}

/** Each row as JSON text; none where the run has not come as far as to make the table. */
async function* rowsOf(client: pg.Client, table: string): AsyncGenerator<string> {
  await client.query('BEGIN');
  try {
    const { rows: there } = await client.query<{ is_there: string }>(
      'SELECT (to_regclass($1) IS NOT NULL)::text AS is_there',
      [quoteName(table)],
    );
    if (there[0]?.is_there !== 'true') return;
    // Within this transaction alone: row-level security holds for the owner too, and would hide what is about to be dropped.
    await client.query(`ALTER TABLE ${quoteName(table)} NO FORCE ROW LEVEL SECURITY`);
    await client.query(
      `DECLARE ttm_rows NO SCROLL CURSOR FOR SELECT row_to_json(t)::text AS row FROM ${quoteName(table)} AS t`,
    );
    for (;;) {
      const { rows } = await client.query<{ row: string }>(`FETCH ${FETCH_ROWS} FROM ttm_rows`);
      for (const { row } of rows) yield row;
      if (rows.length < FETCH_ROWS) return;
    }
  } finally {
    await client.query('ROLLBACK').catch(() => undefined);
  }
}
