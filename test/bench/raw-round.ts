// The server's own speed: the same rows, encoded beforehand, loaded by two psql \copy at once into the same empty tables.
import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import pg from 'pg';
import { numericFromDouble } from '../../src/codec/decimal.js';
import type { PostgresServer } from '../../src/demo/postgres-server.js';
import { tothemoon } from '../../src/plans/tothemoon.js';
import { Database } from '../../src/source/sqlite-driver.js';
import { loadSql } from '../../src/target/sql.js';

export interface RawFiles {
  readonly halves: readonly [string, string];
  readonly months: string;
}

const BUFFER_CHARACTERS = 1 << 20;

/** Two files of COPY text with half of the scores each, from the values as the source has them. */
export function encodeRawFiles(source: string, folder: string): RawFiles {
  const db = new Database(source, { readonly: true });
  const months = String(
    db
      .prepare(tothemoon.schema.find(({ parameters }) => parameters !== undefined)?.parameters ?? '')
      .pluck()
      .get(),
  );
  const halves = [join(folder, 'half-1.copy'), join(folder, 'half-2.copy')] as const;
  if (!existsSync(folder)) {
    const part = `${folder}.part`;
    rmSync(part, { recursive: true, force: true });
    mkdirSync(part);
    const middle = db
      .prepare<[], bigint>(
        'SELECT id FROM token_scores ORDER BY id LIMIT 1 OFFSET (SELECT count(*) / 2 FROM token_scores)',
      )
      .pluck()
      .safeIntegers()
      .get();
    writeHalf(db, join(part, 'half-1.copy'), 'id < ?', middle ?? 0n);
    writeHalf(db, join(part, 'half-2.copy'), 'id >= ?', middle ?? 0n);
    renameSync(part, folder);
  }
  db.close();
  return { halves: [halves[0], halves[1]], months };
}

function columns(): string {
  return (tothemoon.tables.find(({ name }) => name === 'token_scores')?.columns ?? [])
    .map(({ name }) => name)
    .join(', ');
}

function writeHalf(db: Database, file: string, where: string, middle: bigint): void {
  const rows = db
    .prepare<[bigint], (string | number | bigint | null)[]>(
      `SELECT ${columns()} FROM token_scores WHERE ${where} ORDER BY id`,
    )
    .raw(true)
    .safeIntegers();
  const out = openSync(file, 'w');
  let text = '';
  for (const row of rows.iterate(middle)) {
    text += `${row.map(field).join('\t')}\n`;
    if (text.length > BUFFER_CHARACTERS) {
      writeSync(out, text);
      text = '';
    }
  }
  writeSync(out, text);
  closeSync(out);
}

function field(value: string | number | bigint | null): string {
  if (value === null) return '\\N';
  const text = typeof value === 'number' ? numericFromDouble(value) : String(value);
  return text.replace(/[\\\t\n\r]/g, (c) => `\\${{ '\t': 't', '\n': 'n', '\r': 'r' }[c] ?? c}`);
}

/** Milliseconds from the start of both loads to the end of the later one. */
export async function loadRaw(server: PostgresServer, { halves, months }: RawFiles): Promise<number> {
  const database = 'bench_raw';
  const admin = new pg.Client({ connectionString: server.url('postgres') });
  await admin.connect();
  await admin.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
  await admin.query(`CREATE DATABASE ${database}`);
  const client = new pg.Client({ connectionString: server.url(database) });
  await client.connect();
  await client.query('BEGIN');
  await client.query(`SELECT set_config('ttm_wizard.parameter_1', $1, true)`, [months]);
  for (const { file } of tothemoon.schema) await client.query(loadSql(file));
  await client.query('COMMIT');
  await client.query('CHECKPOINT');
  await client.end();
  const url = new URL(server.url(database));
  const env = {
    PGHOST: url.hostname,
    PGPORT: url.port,
    PGUSER: url.username,
    PGPASSWORD: decodeURIComponent(url.password),
    PGDATABASE: database,
  };
  const startedAt = performance.now();
  await Promise.all(
    halves.map((half) =>
      execa(
        'psql',
        ['-qX', '-v', 'ON_ERROR_STOP=1', '-c', `\\copy token_scores (${columns()}) from '${half}'`],
        { env: { ...env, PGOPTIONS: '-c TimeZone=UTC' } },
      ),
    ),
  );
  const elapsedMs = Math.round(performance.now() - startedAt);
  await admin.query(`DROP DATABASE ${database} WITH (FORCE)`);
  await admin.query('CHECKPOINT');
  await admin.end();
  return elapsedMs;
}
