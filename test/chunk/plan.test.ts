// Chunks are cut by rows and by bytes, on the source and at the target's open end, so that one of them never fills the memory.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHUNK_BYTES, CHUNK_ROWS, planChunks } from '../../src/chunk/plan.js';
import type { ChunkRange } from '../../src/chunk/range.js';
import type { TablePlan } from '../../src/plans/plan.js';
import { openSource } from '../../src/source/sqlite.js';
import { Database } from '../../src/source/sqlite-driver.js';
import { targetChunkLimits } from '../../src/target/chunk-limits.js';
import { type TestDatabase, createDatabase } from '../support/database.js';

const TABLE: TablePlan = {
  name: 't',
  key: ['id'],
  columns: [
    { name: 'id', declared: 'INTEGER', type: 'bigint' },
    { name: 'body', declared: 'TEXT', type: 'text', nullable: true },
  ],
};
const LIMITS = { rows: 10, bytes: 20_000 };

/** Ids of each chunk, from 1 on. */
function idsOf(chunks: readonly ChunkRange[], count: number): number[][] {
  const ids = Array.from({ length: count }, (_, i) => i + 1);
  return chunks.map(({ low, high }) =>
    ids.filter((id) => id > Number(low?.[0] ?? 0) && id <= Number(high?.[0] ?? count)),
  );
}

describe('the chunks of a source', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ttm-plan-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function chunksOf(sizes: readonly (number | null)[]): ChunkRange[] {
    const path = join(folder, 'dev.db');
    rmSync(path, { force: true });
    const made = new Database(path);
    made.exec('PRAGMA synchronous = off; CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT)');
    const insert = made.prepare('INSERT INTO t (body) VALUES (?)');
    made.transaction(() => {
      for (const size of sizes) insert.run(size === null ? null : 'x'.repeat(size));
    })();
    made.close();
    const db = openSource(path);
    try {
      return [...planChunks(db, TABLE, ['id', 'body'], LIMITS)];
    } finally {
      db.close();
    }
  }

  it('hold every row once, no more rows and bytes than allowed but for the last row of each', () => {
    const size = fc.oneof(fc.constant(null), fc.nat(3000), fc.integer({ min: 10_000, max: 60_000 }));
    fc.assert(
      fc.property(fc.array(size, { maxLength: 60 }), (sizes) => {
        const found = idsOf(chunksOf(sizes), sizes.length);
        expect(found.flat()).toEqual(sizes.map((_, i) => i + 1));
        for (const ids of found) {
          expect(ids.length).toBeLessThanOrEqual(LIMITS.rows);
          const bytes = ids.slice(0, -1).reduce((sum, id) => sum + (sizes[id - 1] ?? 0), 0);
          expect(bytes).toBeLessThanOrEqual(LIMITS.bytes);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('are as large as they may be', () => {
    expect(idsOf(chunksOf(Array.from({ length: 25 }, () => 100)), 25).map(({ length }) => length)).toEqual([
      10, 10, 5,
    ]);
    expect(idsOf(chunksOf(Array.from({ length: 9 }, () => 9000)), 9).map(({ length }) => length)).toEqual([
      3, 3, 3, 0,
    ]);
  });
});

describe('the chunks of what was written to the target', () => {
  let database: TestDatabase;
  let client: pg.Client;
  beforeAll(async () => {
    database = await createDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query('CREATE TABLE t (id bigint PRIMARY KEY, body text)');
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  async function chunksOf(rows: number, size: number): Promise<number[][]> {
    await client.query('TRUNCATE t');
    await client.query(
      `INSERT INTO t SELECT n, CASE WHEN n % 3 > 0 THEN repeat('x', $2) END FROM generate_series(1, $1) AS n`,
      [rows, size],
    );
    return idsOf(await targetChunkLimits(client, TABLE, { low: null, number: 4 }), rows);
  }

  it('are cut by rows where these are small', async () => {
    const found = await chunksOf(2 * CHUNK_ROWS + 10, 5);
    expect(found.flat()).toHaveLength(2 * CHUNK_ROWS + 10);
    expect(found.map(({ length }) => length)).toEqual([CHUNK_ROWS, CHUNK_ROWS, 10]);
  });

  it('are cut by bytes where these are large', async () => {
    const size = 1024 * 1024;
    const found = await chunksOf(60, size);
    expect(found.flat()).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
    expect(found.length).toBe(6);
    for (const ids of found)
      expect(ids.filter((id) => id % 3 > 0).length * size).toBeLessThanOrEqual(CHUNK_BYTES + size);
  });
});
