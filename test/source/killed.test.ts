// The wizard is killed while it writes to the source: the file is then as it was or as it shall be, never in between.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { settleSource } from '../../src/source/carry-back.js';
import { Database } from '../../src/source/sqlite-driver.js';
import { openSource } from '../../src/source/sqlite.js';
import { failureOf } from './carried.js';

const ROWS = 3000;
/** With 3,000 rows more than SQLite's cache, so that changed pages reach the file before the commit. */
const DOCUMENT_BYTES = 8000;

/** Deletes a third of the rows, changes the others and inserts as many as it deleted; says when it begins. */
const WORK = `
  const { SourceChanges } = await import(process.argv[1]);
  const [file, from, to, letter] = process.argv.slice(2);
  const table = { name: 'bulk', key: ['id'], columns: [
    { name: 'id', declared: 'INTEGER', type: 'bigint' }, { name: 'document', declared: 'TEXT', type: 'text' }] };
  function* changes() {
    const text = letter.repeat(${DOCUMENT_BYTES});
    const change = (kind, id, changed = []) =>
      ({ kind, table: 'bulk', key: [String(id)], fields: kind === 'delete' ? [] : [String(id), text], changed });
    const [low, high] = [Math.min(from, to), Math.max(from, to)];
    for (let id = low; id < high + ${ROWS}; id++) {
      const [is, shall] = [from, to].map((first) => id >= Number(first) && id < Number(first) + ${ROWS});
      if (is || shall) yield change(is && shall ? 'update' : is ? 'delete' : 'insert', id, is && shall ? [1] : []);
    }
  }
  process.stdout.write('begins');
  const all = new SourceChanges([table], { bulk: ['id', 'document'] });
  for (const change of changes()) all.add(change);
  all.apply(file);
`;

interface State {
  readonly first: number;
  readonly letter: string;
}
const OLD: State = { first: 0, letter: 'a' };
const NEW: State = { first: ROWS / 3, letter: 'b' };

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ttm-killed-'));
  file = join(folder, 'dev.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

function create(journalMode: string): void {
  const db = new Database(file);
  db.pragma(`journal_mode = ${journalMode}`);
  db.exec(`CREATE TABLE bulk (id INTEGER PRIMARY KEY, document TEXT);
    WITH RECURSIVE n (i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${ROWS})
    INSERT INTO bulk SELECT i, replace(hex(zeroblob(${DOCUMENT_BYTES / 2})), '0', 'a') FROM n`);
  db.close();
}

/** A process that turns one state into the other, once it has begun. */
async function begin(from: State, to: State): Promise<ChildProcess> {
  const module = new URL('../../dist/src/source/carry-back.js', import.meta.url).href;
  const values = [module, file, String(from.first), String(to.first), to.letter];
  const child = spawn(process.execPath, ['--input-type=module', '-e', WORK, ...values], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

async function ending(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
}

/** The one state that the whole file is in; anything else fails the test. */
function stateOf(): State {
  const db = openSource(file);
  try {
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    const rows = db
      .prepare<[], [number, number, number, string]>(
        `SELECT count(*), min(id), max(id), group_concat(DISTINCT replace(document, substr(document, 1, 1), '') || substr(document, 1, 1)) FROM bulk`,
      )
      .raw(true)
      .safeIntegers(false)
      .get();
    const found = [OLD, NEW].find((state) => state.letter === rows?.[3]);
    expect(rows).toEqual([ROWS, found?.first, (found?.first ?? 0) + ROWS - 1, found?.letter]);
    return found ?? OLD;
  } finally {
    db.close();
  }
}

function other(state: State): State {
  return state === OLD ? NEW : OLD;
}

describe.each(['delete', 'wal'])('killed while it writes to a file in journal mode %s', (journalMode) => {
  test('at any moment, it leaves all of the old rows or all of the new ones', async () => {
    create(journalMode);
    const startedAt = performance.now();
    expect(await ending(await begin(OLD, NEW))).toBe(0);
    const wholeMs = performance.now() - startedAt;
    let state = stateOf();
    expect(state).toBe(NEW);
    const rounds = 8;
    for (let round = 0; round < rounds; round++) {
      const child = await begin(state, other(state));
      // Spread over the whole of its time, with some chance in each part of it.
      await sleep((wholeMs * (round + Math.random())) / rounds);
      child.kill('SIGKILL');
      await ending(child);
      settleSource(file);
      state = stateOf();
    }
    expect(await ending(await begin(state, other(state)))).toBe(0);
    expect(stateOf()).toBe(other(state));
  }, 180_000);
});

test('what it has half written keeps others from reading, until SQLite is let to take it back', async () => {
  create('delete');
  const child = await begin(OLD, NEW);
  const journal = `${file}-journal`;
  const untouched = statSync(file).mtimeMs;
  // The file itself changes only when changed pages no longer fit in memory; the commit is far away then.
  while (child.exitCode === null && statSync(file).mtimeMs === untouched) await sleep(1);
  child.kill('SIGKILL');
  expect(await ending(child)).toBe(null);
  expect(existsSync(journal)).toBe(true);
  expect(failureOf(() => openSource(file)).code).toBe('SOURCE_UNREADABLE');
  settleSource(file);
  expect(existsSync(journal)).toBe(false);
  expect(stateOf()).toBe(OLD);
});

test('a file that nobody has left half written is not changed by looking whether it is', () => {
  create('delete');
  const before = statSync(file);
  settleSource(file);
  expect(statSync(file)).toMatchObject({ mtimeMs: before.mtimeMs, size: before.size });
  expect(failureOf(() => settleSource(join(folder, 'none.db'))).code).toBe('CARRY_BACK_FAILED');
});
