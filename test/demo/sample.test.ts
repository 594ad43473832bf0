// The sample must hold what the real application left behind; each rule here is one of the facts the wizard relies on.
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeSample, type SampleOptions } from '../../src/demo/sample.js';
import { Database } from '../../src/source/sqlite-driver.js';

const SCORES = 20_000;
const folder = mkdtempSync(join(tmpdir(), 'ttm-sample-'));
const opened: Database[] = [];

function makeSample(name: string, options: SampleOptions): Database {
  const path = join(folder, name);
  writeSample(path, options);
  const db = new Database(path, { readonly: true });
  opened.push(db);
  return db;
}

function column(db: Database, sql: string): unknown[] {
  return db.prepare(sql).pluck().all();
}

function digest(db: Database): string {
  const hash = createHash('sha256');
  for (const table of ['alembic_version', 'tokens', 'token_scores', 'app_settings']) {
    for (const row of db.prepare(`SELECT * FROM ${table} ORDER BY rowid`).raw().iterate())
      hash.update(JSON.stringify(row));
  }
  return hash.digest('hex');
}

let db: Database;
let before: Database;

beforeAll(() => {
  db = makeSample('full.db', { scores: SCORES });
  before = makeSample('before-spam.db', { scores: 3000, withSpamMetrics: false });
});

afterAll(() => {
  for (const one of opened) one.close();
  rmSync(folder, { recursive: true });
});

describe('writing a sample', () => {
  it('gives the same values for the same options and others for another seed', () => {
    const [one, two, other] = [7, 7, 8].map((seed, at) =>
      makeSample(`seed-${at}.db`, { scores: 2000, seed }),
    );
    if (one === undefined || two === undefined || other === undefined)
      throw new Error('three samples are needed');
    expect(digest(two)).toBe(digest(one));
    expect(digest(other)).not.toBe(digest(one));
  });

  it('refuses to touch a file that exists', () => {
    const path = join(folder, 'taken.db');
    writeFileSync(path, 'mine');
    expect(() => writeSample(path, { scores: 10 })).toThrow(/EEXIST/);
    expect(existsSync(path)).toBe(true);
  });

  it('works down to a single score and none', () => {
    for (const scores of [0, 1]) {
      const small = makeSample(`small-${scores}.db`, { scores });
      expect(column(small, 'SELECT count(*) FROM token_scores')).toEqual([scores]);
      expect(column(small, 'SELECT count(*) FROM tokens')).toEqual([20]);
    }
  });
});

describe('the schema', () => {
  it('is the text Alembic left, with spam_metrics added by hand behind it', () => {
    const texts = column(db, 'SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid').join(
      ';\n',
    );
    expect(texts.replaceAll(', \n', ',\n')).toMatchInlineSnapshot(`
      "CREATE TABLE alembic_version (
      	version_num VARCHAR(32) NOT NULL,
      	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
      );
      CREATE TABLE tokens (
      	id INTEGER NOT NULL,
      	mint_address TEXT NOT NULL,
      	name TEXT,
      	symbol TEXT,
      	status VARCHAR(20) NOT NULL,
      	created_at DATETIME NOT NULL,
      	last_updated_at DATETIME,
      	PRIMARY KEY (id),
      	CONSTRAINT ck_tokens_status CHECK (status in ('monitoring','active','archived')),
      	UNIQUE (mint_address)
      );
      CREATE TABLE token_scores (
      	id INTEGER NOT NULL,
      	token_id INTEGER NOT NULL,
      	score NUMERIC(10, 4),
      	metrics JSON,
      	created_at DATETIME NOT NULL, smoothed_score NUMERIC(10, 4), raw_components JSON, smoothed_components JSON, scoring_model VARCHAR(50) DEFAULT 'hybrid_momentum' NOT NULL, spam_metrics JSON,
      	PRIMARY KEY (id),
      	FOREIGN KEY(token_id) REFERENCES tokens (id) ON DELETE CASCADE
      );
      CREATE INDEX ix_token_scores_token_id ON token_scores (token_id);
      CREATE TABLE app_settings (
      	"key" TEXT NOT NULL,
      	value TEXT,
      	PRIMARY KEY ("key")
      )"
    `);
  });

  it('names its revision and leaves the pragmas as the application does', () => {
    expect(column(db, 'SELECT version_num FROM alembic_version')).toEqual([
      '0003_add_hybrid_momentum_scoring',
    ]);
    const pragmas = ['journal_mode', 'page_size', 'encoding', 'user_version', 'auto_vacuum'];
    expect(pragmas.map((name) => db.pragma(name, { simple: true }))).toEqual(['delete', 4096, 'UTF-8', 0, 0]);
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(db.pragma('foreign_key_check')).toEqual([]);
  });

  it('has no spam_metrics column in a database from before 10-06, nor rows after it', () => {
    expect(column(before, `SELECT name FROM pragma_table_info('token_scores')`)).toEqual([
      'id',
      'token_id',
      'score',
      'metrics',
      'created_at',
      'smoothed_score',
      'raw_components',
      'smoothed_components',
      'scoring_model',
    ]);
    expect(column(before, `SELECT count(*) FROM token_scores WHERE created_at >= '2025-10-06'`)).toEqual([0]);
  });
});

describe('the rows', () => {
  it('have the status mix of production, scaled down, with all three kinds in the smallest sample', () => {
    const mix = (of: Database): unknown[] =>
      column(of, 'SELECT count(*) FROM tokens GROUP BY status ORDER BY status');
    expect(mix(db)).toEqual([2, 53, 1]);
    expect(mix(before)).toEqual([2, 17, 1]);
  });

  it('fill the month, three quarters of them after 09-29, ids in the order of time', () => {
    const [first, last] = column(
      db,
      'SELECT created_at FROM token_scores WHERE id IN (1, 20000) ORDER BY id',
    ).map(String);
    expect(first?.slice(0, 10)).toBe('2025-09-09');
    expect(last?.slice(0, 10)).toBe('2025-10-10');
    expect(column(db, `SELECT avg(created_at >= '2025-09-29') > 0.75 FROM token_scores`)).toEqual([1]);
    const disorder = `SELECT count(*) FROM token_scores a JOIN token_scores b ON b.id = a.id + 1 WHERE b.created_at < a.created_at`;
    expect(column(db, disorder)).toEqual([0]);
    const early =
      'SELECT count(*) FROM token_scores s JOIN tokens t ON t.id = s.token_id WHERE s.created_at < t.created_at';
    expect(column(db, early)).toEqual([0]);
  });

  it('follow the table of periods: SQL NULL, the JSON word null, or an object', () => {
    const forms = db.prepare(`
      SELECT DISTINCT CASE WHEN created_at < '2025-09-12' THEN 1 WHEN created_at < '2025-09-17' THEN 2
                           WHEN created_at < '2025-10-06 19:00' THEN 3 ELSE 4 END
        || ' smoothed ' || typeof(smoothed_score) || ', raw ' || coalesce(json_type(raw_components), 'NULL')
        || ', spam ' || coalesce(json_type(spam_metrics), 'NULL') || ', ' || scoring_model AS form
      FROM token_scores WHERE typeof(smoothed_score) <> 'integer' ORDER BY form`);
    expect(forms.pluck().all()).toMatchInlineSnapshot(`
      [
        "1 smoothed null, raw NULL, spam NULL, hybrid_momentum",
        "2 smoothed real, raw NULL, spam NULL, hybrid_momentum",
        "3 smoothed null, raw null, spam NULL, hybrid_momentum",
        "3 smoothed real, raw null, spam NULL, hybrid_momentum",
        "3 smoothed real, raw null, spam NULL, legacy",
        "3 smoothed real, raw object, spam NULL, hybrid_momentum",
        "4 smoothed null, raw NULL, spam object, hybrid_momentum",
        "4 smoothed null, raw null, spam null, hybrid_momentum",
        "4 smoothed null, raw null, spam object, hybrid_momentum",
        "4 smoothed real, raw null, spam null, hybrid_momentum",
        "4 smoothed real, raw null, spam null, legacy",
        "4 smoothed real, raw null, spam object, hybrid_momentum",
        "4 smoothed real, raw null, spam object, legacy",
        "4 smoothed real, raw object, spam null, hybrid_momentum",
        "4 smoothed real, raw object, spam object, hybrid_momentum",
      ]
    `);
  });

  it('hold metrics of 9, 12, 15, 26 and 27 keys by date, and up to two more for quality', () => {
    const keys = db.prepare(`
      SELECT substr(min(created_at), 1, 10) || ' ' || keys || ' keys' FROM (
        SELECT created_at, (SELECT count(*) FROM json_each(metrics)) -
          (json_type(metrics, '$.data_quality_warning') IS NOT NULL) -
          (json_type(metrics, '$.data_quality_issues') IS NOT NULL) AS keys FROM token_scores)
      WHERE keys > 1 GROUP BY keys`);
    expect(keys.pluck().all()).toEqual([
      '2025-09-09 9 keys',
      '2025-09-10 12 keys',
      '2025-09-12 15 keys',
      '2025-09-17 26 keys',
      '2025-10-01 27 keys',
    ]);
  });

  it('hold exact 0 and 1 as INTEGER, all other scores as REAL of six decimals, some negative', () => {
    const types = 'SELECT DISTINCT typeof(score) FROM token_scores WHERE score IN (0, 1)';
    expect(column(db, types)).toEqual(['integer']);
    expect(column(db, 'SELECT count(DISTINCT score) FROM token_scores WHERE score IN (0, 1)')).toEqual([2]);
    const others = `SELECT DISTINCT typeof(score) FROM token_scores WHERE score NOT IN (0, 1)`;
    expect(column(db, others)).toEqual(['real']);
    expect(
      column(db, 'SELECT count(*) FROM token_scores WHERE abs(score - round(score, 6)) > 1e-12'),
    ).toEqual([0]);
    expect(column(db, 'SELECT count(*) > 0 FROM token_scores WHERE score < 0')).toEqual([1]);
  });

  it('hold documents that are valid JSON in the spelling of Python, with surrogate pairs but no lone surrogate', () => {
    for (const name of ['metrics', 'raw_components', 'smoothed_components', 'spam_metrics']) {
      const bad = `SELECT count(*) FROM token_scores WHERE json_valid(${name}) = 0 OR typeof(${name}) NOT IN ('text', 'null')`;
      expect(column(db, bad)).toEqual([0]);
    }
    const texts = column(db, 'SELECT metrics FROM token_scores WHERE metrics IS NOT NULL').map(String);
    expect(
      texts.filter((text) => /[^ -~]|\\u0000|NaN|Infinity|[^\d]\.\d|\d\.[^\d"]|e-\d\b/.test(text)),
    ).toEqual([]);
    const withoutPairs = texts.map((text) => text.replaceAll(/\\ud[89ab]..\\ud[c-f]../g, ''));
    expect(withoutPairs.filter((text) => /\\ud[89a-f]/.test(text))).toEqual([]);
    expect(texts.some((text) => text.includes('\\ud83d\\ude80'))).toBe(true);
    expect(texts.some((text) => /: 1\.0,|: 0\.0,/.test(text))).toBe(true);
    expect(texts.some((text) => /: -?\d(\.\d+)?e-0[56],/.test(text))).toBe(true);
  });

  it('hold names no text format likes, six-digit times and settings with an empty string', () => {
    for (const name of ['', 'two\r\nlines', 'tab\there', '\\N', 'To The Moon 🚀🌕']) {
      expect(db.prepare('SELECT count(*) > 0 FROM tokens WHERE name = ?').pluck().get(name)).toBe(1);
    }
    expect(column(db, 'SELECT count(*) > 0 FROM tokens WHERE name IS NULL')).toEqual([1]);
    expect(column(db, 'SELECT count(*) > 0 FROM tokens WHERE last_updated_at IS NULL')).toEqual([1]);
    expect(
      column(db, 'SELECT count(*) FROM tokens WHERE length(mint_address) NOT BETWEEN 32 AND 44'),
    ).toEqual([0]);
    expect(column(db, 'SELECT count(*) FROM token_scores WHERE length(created_at) <> 26')).toEqual([0]);
    expect(column(db, `SELECT count(*) > 0 FROM token_scores WHERE created_at LIKE '%.000000'`)).toEqual([1]);
    expect(column(db, 'SELECT count(*) FROM app_settings WHERE value IS NOT NULL')).toEqual([38]);
    expect(column(db, `SELECT value FROM app_settings WHERE key = 'arbitrage_min_tx_5m'`)).toEqual(['']);
  });
});
