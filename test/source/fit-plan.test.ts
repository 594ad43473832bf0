// What of a source's schema a target can take as it is, told from the schema alone: names in other letters, names of ours and of
// PostgreSQL's own, and more columns than it allows.
import { describe, expect, it } from 'vitest';
import { tothemoon } from '../../src/plans/tothemoon.js';
import { isCapture } from '../../src/source/capture.js';
import { type FittedPlan, fitPlan } from '../../src/source/drift.js';
import { inspectSource } from '../../src/source/inspect.js';
import { Database } from '../../src/source/sqlite-driver.js';

const ALEMBIC = 'CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)';
const SETTINGS = 'CREATE TABLE app_settings ("key" TEXT NOT NULL PRIMARY KEY, value TEXT)';
const TOKENS = `CREATE TABLE tokens (id INTEGER NOT NULL PRIMARY KEY, mint_address TEXT NOT NULL UNIQUE, name TEXT, symbol TEXT,
  status VARCHAR(20) NOT NULL, created_at DATETIME NOT NULL, last_updated_at DATETIME)`;
const SCORES = `CREATE TABLE token_scores (id INTEGER NOT NULL PRIMARY KEY, token_id INTEGER NOT NULL, score NUMERIC(10, 4), metrics JSON,
  created_at DATETIME NOT NULL, smoothed_score NUMERIC(10, 4), raw_components JSON, smoothed_components JSON,
  scoring_model VARCHAR(50) NOT NULL, spam_metrics JSON)`;
const USUAL = [ALEMBIC, SETTINGS, TOKENS, SCORES];

function fitted(onDrift: 'stop' | 'carry', ...statements: readonly string[]): FittedPlan {
  const db = new Database(':memory:');
  try {
    db.defaultSafeIntegers(true);
    for (const sql of statements) db.exec(sql);
    return fitPlan(tothemoon, inspectSource(db), onDrift);
  } finally {
    db.close();
  }
}

const told = ({ findings }: FittedPlan): string[] =>
  findings.map(({ severity, message }) => `${severity}: ${message}`);

describe('names in other letters than the plan has', () => {
  it('are the same to SQLite, and so to the run, which says how they are spelled', () => {
    const fit = fitted(
      'stop',
      ...[ALEMBIC, SETTINGS],
      TOKENS.replace('tokens', 'Tokens').replace('id ', 'ID ').replace('mint_address', 'Mint_Address'),
      SCORES.replace('token_scores', 'TOKEN_SCORES'),
    );
    expect(told(fit)).toEqual([
      'info: table TOKEN_SCORES is token_scores to SQLite too, and is called so in the target',
      'info: table Tokens is tokens to SQLite too, and is called so in the target',
      'info: column ID of Tokens is id to SQLite too, and is called so in the target',
      'info: column Mint_Address of Tokens is mint_address to SQLite too, and is called so in the target',
    ]);
    expect(fit.tables.map(({ name }) => name)).toEqual(tothemoon.tables.map(({ name }) => name));
    expect(fit.present['tokens']).toEqual(tothemoon.tables[1]?.columns.map(({ name }) => name));
  });

  it('are others where the letters are not those of ASCII', () => {
    const fit = fitted(
      'carry',
      ...USUAL,
      'CREATE TABLE toKens (id INTEGER PRIMARY KEY)'.replace('K', '\u212a'),
    );
    expect(told(fit)).toEqual([expect.stringMatching(/^warning: table to\u212aens is not in the plan/)]);
  });

  it('count for what the target computes itself', () => {
    const fit = fitted('carry', ...USUAL, 'ALTER TABLE tokens ADD COLUMN Liquidity_USD NUMERIC');
    expect(told(fit).at(-1)).toMatch(/^error: column liquidity_usd of tokens is computed by the target/);
  });
});

describe('tables that begin like our own', () => {
  it('are not ours: they stop the run like any other', () => {
    const fit = fitted('stop', ...USUAL, 'CREATE TABLE ttm_wizard_notes (id INTEGER PRIMARY KEY)');
    expect(told(fit)).toEqual(['error: table ttm_wizard_notes is not in the plan']);
  });

  it('are told from the log and its triggers by their whole names', () => {
    const names = ['ttm_wizard_change', 'ttm_wizard_update_tokens', 'ttm_wizard_mine', 'ttm_wizard_changes'];
    expect(names.filter(isCapture)).toEqual(['ttm_wizard_change', 'ttm_wizard_update_tokens']);
  });
});

describe('what PostgreSQL does not take', () => {
  const columns = (count: number): string[] => Array.from({ length: count }, (_, i) => `c${i}`);
  it.each([
    [
      'a table of a name of its catalog',
      'CREATE TABLE pg_class (id INTEGER PRIMARY KEY)',
      'table pg_class cannot be carried over: its name begins with pg_, as those of PostgreSQL itself do',
    ],
    [
      'a table of a name that no object of JavaScript takes',
      'CREATE TABLE __proto__ (id INTEGER PRIMARY KEY)',
      'table __proto__ cannot be carried over: its name is one that the wizard itself has no place for',
    ],
    [
      'a key of 33 columns',
      `CREATE TABLE k (${columns(33).join(' INT, ')} INT, PRIMARY KEY (${columns(33).join()}))`,
      'table k cannot be carried over: its key has 33 columns, PostgreSQL allows 32',
    ],
    [
      'too many columns beside those of the plan',
      `DROP TABLE token_scores; ${SCORES.replace('id INTEGER', `${columns(1590).join(', ')}, id INTEGER`)}`,
      'not all columns of token_scores can be carried over: it has 1602 columns, PostgreSQL allows 1600',
    ],
  ])('is an error that names --on-drift leave: %s', (_, sql, message) => {
    const { findings } = fitted('carry', ...USUAL, sql);
    const errors = findings.filter(({ severity }) => severity === 'error');
    expect(errors).toMatchObject([{ code: 'impossible-name', message }]);
    expect(errors[0]?.remedies[0]).toContain('--on-drift leave');
  });
});
