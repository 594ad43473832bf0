// The judge of every test that lets the application write: what is lost or changed must be found, and nothing else.
import { appendFileSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { writeSample } from '../../src/demo/sample.js';
import { Database } from '../../src/source/sqlite-driver.js';
import { startApplication } from '../support/application.js';
import { type Diary, readDiary, untilDiary } from '../support/diary.js';
import { missingFromDiary } from '../support/missing-from-diary.js';

const folder = mkdtempSync(join(tmpdir(), 'ttm-diary-'));
const [file, diary] = [join(folder, 'written.db'), join(folder, 'written.ndjson')];
const [copy, diaryCopy] = [join(folder, 'copy.db'), join(folder, 'copy.ndjson')];
let written: Diary;

function change(sql: string, ...values: (string | number | null)[]): void {
  const db = new Database(copy);
  try {
    db.pragma('foreign_keys = OFF');
    expect(db.prepare(sql).run(...values).changes).toBeGreaterThan(0);
  } finally {
    db.close();
  }
}

/** The newest score that the diary inserted whole and never touched again. */
function lastScore(): number {
  const times = (key: unknown): number =>
    written.committed.filter((one) => one.table === 'token_scores' && one.key === key).length;
  const last = written.committed.findLast(
    ({ table, operation, key, columns }) =>
      table === 'token_scores' && operation === 'insert' && columns['score'] !== null && times(key) === 1,
  );
  return Number(last?.key);
}

function lastToken(): number {
  return Number(
    written.committed.findLast(({ table, operation }) => table === 'tokens' && operation === 'insert')?.key,
  );
}

const judge = (): Promise<string[]> => missingFromDiary(diaryCopy, copy);

beforeAll(async () => {
  writeSample(file, { scores: 500 });
  const envFile = join(folder, 'app.env');
  writeFileSync(envFile, `DATABASE_URL=sqlite:///${file}\n`);
  const application = await startApplication({
    envFiles: [envFile],
    diary,
    scoresPerMinute: 5000,
    deletes: true,
  });
  await untilDiary(diary, ({ committed }) => committed.length > 150);
  await application.stop();
  written = readDiary(diary);
});
beforeEach(() => {
  copyFileSync(file, copy);
  copyFileSync(diary, diaryCopy);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a file that holds everything', () => {
  it('misses nothing', async () => {
    expect(await judge()).toEqual([]);
  });

  it('may spell times, numbers and JSON in its own way', async () => {
    const id = lastScore();
    change("UPDATE token_scores SET created_at = replace(created_at, ' ', 'T') || 'Z' WHERE id = ?", id);
    change(
      "UPDATE token_scores SET raw_components = json_remove(json_set(raw_components, '$.x', 1), '$.x') WHERE id = ?",
      id,
    );
    expect(await judge()).toEqual([]);
  });
});

describe('a loss is found and named:', () => {
  it('a score that is gone', async () => {
    change('DELETE FROM token_scores WHERE id = ?', lastScore());
    expect(await judge()).toEqual([`token_scores ${lastScore()} is missing`]);
  });

  it('a token that is gone', async () => {
    change('DELETE FROM tokens WHERE id = ?', lastToken());
    expect(await judge()).toEqual([`tokens ${lastToken()} is missing`]);
  });

  it('a row that was deleted and is back', async () => {
    const keys = new Set(written.committed.map(({ key }) => key));
    const gone = written.committed.find(
      ({ operation, key }) =>
        operation === 'delete' &&
        keys.has(key) &&
        written.committed.findLast((one) => one.table === 'token_scores' && one.key === key)?.operation ===
          'delete',
    );
    const key = Number(gone?.key);
    change(
      "INSERT INTO token_scores (id, token_id, created_at) VALUES (?, 1, '2025-10-10 00:00:00.000000')",
      key,
    );
    expect(await judge()).toEqual([`token_scores ${key} is there, but should not be`]);
  });

  it.each([
    ['a sixth digit', 'token_scores', 'score', 'score + 0.000001'],
    ['a score that became text', 'token_scores', 'smoothed_score', "'x' || smoothed_score"],
    [
      'a microsecond',
      'token_scores',
      'created_at',
      "replace(created_at, substr(created_at, 20), '.9999999')",
    ],
    ['a time in another zone', 'token_scores', 'created_at', "created_at || '+03:00'"],
    ['a document emptied', 'token_scores', 'metrics', "'{}'"],
    ['a key of a document', 'token_scores', 'metrics', "json_set(metrics, '$.source', 'elsewhere')"],
    ['JSON null that became NULL', 'token_scores', 'spam_metrics', 'NULL'],
    ['a column that nobody copied', 'token_scores', 'raw_components', 'NULL'],
    ['another token', 'token_scores', 'token_id', 'token_id + 1'],
    ['another model', 'token_scores', 'scoring_model', "'other'"],
    ['NULL that became the empty text', 'tokens', 'last_updated_at', "''"],
    ['a name', 'tokens', 'name', "coalesce(name, '') || ' '"],
    ['the case of a mint', 'tokens', 'mint_address', 'upper(mint_address)'],
  ])('%s', async (_, table, column, expression) => {
    const id = table === 'tokens' ? lastToken() : lastScore();
    change(`UPDATE ${table} SET ${column} = ${expression} WHERE id = ?`, id);
    const found = await judge();
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(new RegExp(`^${table} ${id} ${column}: written .+, found .+$`));
  });

  it('the last value of a setting', async () => {
    const last = written.committed.findLast(({ table }) => table === 'app_settings');
    change('UPDATE app_settings SET value = NULL WHERE key = ?', String(last?.key));
    expect(await judge()).toEqual([
      `app_settings ${last?.key ?? ''} value: written ${JSON.stringify(last?.columns['value'])}, found "NULL"`,
    ]);
  });

  it('a whole column', async () => {
    change('UPDATE token_scores SET spam_metrics = NULL');
    expect((await judge()).length).toBeGreaterThan(20);
  });
});

describe('a commit whose outcome is unknown', () => {
  /** The diary as it would be had the process died right before it wrote that the commit succeeded. */
  function forget(tx: string): void {
    const lines = readFileSync(diary, 'utf8').split('\n');
    const kept = lines.filter((line) => !(line.includes('"kind":"committed"') && line.includes(`"${tx}"`)));
    expect(kept.length).toBeLessThan(lines.length);
    writeFileSync(diaryCopy, kept.join('\n'));
  }

  function lastScoring(): { tx: string; score: number; token: number; after: string } {
    const score = lastScore();
    const transaction = written.transactions.findLast(({ changes }) =>
      changes.some(({ operation, key }) => operation === 'insert' && key === score),
    );
    const token = transaction?.changes.find(({ table }) => table === 'tokens');
    if (transaction === undefined || token === undefined) throw new Error('no scoring in the diary');
    return {
      tx: transaction.tx,
      score,
      token: Number(token.key),
      after: String(token.columns['last_updated_at']),
    };
  }

  it('may have happened', async () => {
    forget(lastScoring().tx);
    expect(readDiary(diaryCopy).transactions.filter(({ outcome }) => outcome === 'unknown')).toHaveLength(1);
    expect(await judge()).toEqual([]);
  });

  it('may have left nothing', async () => {
    const { tx, score, token } = lastScoring();
    const before = written.transactions
      .filter((one) => one.tx !== tx && one.outcome === 'committed')
      .flatMap(({ changes }) => changes)
      .findLast(({ table, key }) => table === 'tokens' && key === token)?.columns['last_updated_at'];
    forget(tx);
    change('DELETE FROM token_scores WHERE id = ?', score);
    if (before !== undefined) change('UPDATE tokens SET last_updated_at = ? WHERE id = ?', before, token);
    expect(await judge()).toEqual([]);
  });

  it('but not half of it', async () => {
    const { tx, score, token } = lastScoring();
    forget(tx);
    // The row of the score with a value that no version of the story has.
    change('UPDATE token_scores SET score = 77 WHERE id = ?', score);
    change("UPDATE tokens SET last_updated_at = '2000-01-01 00:00:00.000000' WHERE id = ?", token);
    expect(await judge()).not.toEqual([]);
  });

  it('is certain again after an error: SQLite then changed nothing', async () => {
    const { tx, score } = lastScoring();
    forget(tx);
    const error = { kind: 'error', tx, where: 'commit', message: 'database is locked', waitedMs: 5000 };
    const common = { at: '2026-01-01T00:00:00.000Z', tick: Number.MAX_SAFE_INTEGER, by: 'x', on: 'sqlite:x' };
    appendFileSync(diaryCopy, `\n${JSON.stringify({ ...common, ...error })}\n`);
    expect(await judge()).toContain(`token_scores ${score} is there, but should not be`);
  });
});

describe('a diary that contradicts itself', () => {
  it('has lines cut short though nobody was killed', async () => {
    appendFileSync(diaryCopy, '\n{"at":"2026-01-01T00:00:00.000Z","tick":1,"by":"api-1","o\n');
    expect(await judge()).toEqual(['1 lines are cut short, but only 0 processes were killed']);
  });

  it('inserts one id twice', async () => {
    const lines = readFileSync(diary, 'utf8').split('\n');
    const twice = lines.filter(
      (line) => line.includes('"kind":"intent"') && line.includes('"table":"tokens","operation":"insert"'),
    );
    const committed = lines.filter(
      (line) => line.includes('"kind":"committed"') && line.includes('"table":"tokens","operation":"insert"'),
    );
    const again = [twice.at(-1), committed.at(-1)].join('\n').replace(/("tx":"[^"]*)"/g, '$1-again"');
    appendFileSync(diaryCopy, `\n${again}\n`);
    expect((await judge()).join()).toContain(`tokens ${lastToken()}: inserted by`);
  });

  it('commits what it did not mean to', async () => {
    const text = readFileSync(diary, 'utf8');
    const line = text.split('\n').findLast((one) => one.includes('"kind":"committed"')) ?? '';
    writeFileSync(
      diaryCopy,
      text.replace(line, line.replace(/"columns":\{.*?\}(?=,"key"|\})/, '"columns":{}')),
    );
    expect((await judge()).join()).toContain('committed something else than it meant to');
  });

  it('holds lines that are not its own', () => {
    appendFileSync(diaryCopy, '\n{"kind":"poem"}\n');
    expect(() => readDiary(diaryCopy)).toThrow(/kind/);
  });
});
