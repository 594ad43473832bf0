// The threads of a pool are kept when another file is to be read, and let go of the one before.
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { WorkerPool } from '../../src/chunk/pool.js';
import { Database } from '../../src/source/sqlite-driver.js';

const folder = mkdtempSync(join(tmpdir(), 'ttm-pool-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a pool that is turned to another file reads that one, and has nothing open while it rests', async () => {
  const [before, after] = ['before', 'after'].map((name) => ({ ...emptySetup, file: fileThatSays(name) }));
  if (before === undefined || after === undefined) throw new RangeError('two files were made');
  const pool = new WorkerPool(before, 2);
  try {
    expect(await answerOf(pool)).toEqual(['before', 'before']);
    expect(openFiles()).toContain(before.file);
    await pool.turnTo(after);
    expect([pool.file, await answerOf(pool)]).toEqual([after.file, ['after', 'after']]);
    await pool.turnTo(undefined);
    expect(pool.file).toBeUndefined();
    expect(openFiles().filter((file) => file.startsWith(folder))).toEqual([]);
    await pool.turnTo(before);
    expect(await answerOf(pool)).toEqual(['before', 'before']);
  } finally {
    await pool.close();
  }
});

test('threads that have ended are replaced when the pool is turned, and closed ones by the next job', async () => {
  const setup = { ...emptySetup, file: fileThatSays('again') };
  const pool = new WorkerPool(setup, 2);
  expect(await answerOf(pool)).toEqual(['again', 'again']);
  await pool.terminate();
  await pool.turnTo(setup);
  expect(await answerOf(pool)).toEqual(['again', 'again']);
  await pool.close();
  expect(openFiles()).not.toContain(setup.file);
  expect(await answerOf(pool)).toEqual(['again', 'again']);
  await pool.close();
});

const emptySetup = { tables: [], present: {} };

function fileThatSays(word: string): string {
  const file = join(folder, `${word}.db`);
  const db = new Database(file);
  db.exec(`CREATE TABLE said (word TEXT)`);
  db.prepare('INSERT INTO said VALUES (?)').run(word);
  db.close();
  return file;
}

/** One question to each thread. */
async function answerOf(pool: WorkerPool): Promise<unknown[]> {
  const words: unknown[] = [];
  const question = { kind: 'query' as const, sql: 'SELECT word FROM said' };
  await pool.run(
    [question, question].values(),
    (_, { rows }) => void words.push(rows[0]?.[0]),
    new AbortController().signal,
  );
  return words;
}

/** What this process has open, as the kernel says. */
function openFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap((name) => {
    try {
      return [readlinkSync(join('/proc/self/fd', name))];
    } catch {
      return [];
    }
  });
}
