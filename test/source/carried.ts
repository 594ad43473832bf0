// A small source with what makes carrying back hard, and ways to say and to see what is changed in it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChangeCounts, RowChange } from '../../src/chunk/changes.js';
import { WizardError } from '../../src/errors.js';
import { tothemoon } from '../../src/plans/tothemoon.js';
import type { TablePlan } from '../../src/plans/plan.js';
import { SourceChanges } from '../../src/source/carry-back.js';
import { Database } from '../../src/source/sqlite-driver.js';

/** As the application's migrations leave it; the last CHECK alone is not the application's own. */
const SCHEMA = `
  CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);
  CREATE TABLE tokens (id INTEGER NOT NULL PRIMARY KEY, mint_address TEXT NOT NULL, name TEXT, symbol TEXT,
    status VARCHAR(20) NOT NULL CONSTRAINT ck_tokens_status CHECK (status IN ('monitoring', 'active', 'archived')),
    created_at DATETIME NOT NULL, last_updated_at DATETIME, UNIQUE (mint_address));
  CREATE TABLE token_scores (id INTEGER NOT NULL PRIMARY KEY,
    token_id INTEGER NOT NULL REFERENCES tokens (id) ON DELETE CASCADE, score NUMERIC(10, 4), metrics JSON,
    created_at DATETIME NOT NULL, smoothed_score NUMERIC(10, 4), raw_components JSON, smoothed_components JSON,
    scoring_model VARCHAR(50) NOT NULL DEFAULT 'hybrid_momentum', spam_metrics JSON);
  CREATE TABLE app_settings ("key" TEXT NOT NULL PRIMARY KEY, value TEXT CONSTRAINT no_refusal CHECK (value <> 'refused'));`;

// Spellings that the canonical text does not keep: T, no fraction, an integer score, JSON with its own spaces and order.
const ROWS = `
  INSERT INTO tokens VALUES (1, 'one', 'One', 'O', 'active', '2025-10-10T08:00:00', NULL),
    (2, 'two', CAST(x'ff41' AS TEXT), '', 'archived', '2025-10-10 08:00:00.120000', '2025-10-10 09:00'),
    (3, 'three', NULL, NULL, 'monitoring', '2025-10-10', NULL);
  INSERT INTO token_scores (id, token_id, score, metrics, created_at, spam_metrics) VALUES
    (1, 1, 0, '{"b":1,  "a": 1.50}', '2025-10-10T08:00:00Z', 'null'),
    (2, 1, 0.123456, '{}', '2025-10-10 08:00:00.000000', NULL),
    (9007199254740993, 2, 1e-7, '"\\u00e9"', '2025-10-10 08:00:00', NULL),
    (4, 3, NULL, NULL, '2025-10-10 08:00:00.000000', NULL);
  INSERT INTO app_settings VALUES ('min_score', '0.5'), ('MIN_SCORE', ''), ('', NULL);`;

export const PRESENT = Object.fromEntries(
  tothemoon.tables.map((table) => [table.name, table.columns.map(({ name }) => name)]),
);

/** All changes at once. */
export function applyToSource(
  file: string,
  tables: readonly TablePlan[],
  present: Readonly<Record<string, readonly string[]>>,
  changes: Iterable<RowChange>,
): ChangeCounts {
  const all = new SourceChanges(tables, present);
  try {
    for (const change of changes) all.add(change);
    return all.apply(file);
  } finally {
    all.close();
  }
}

export class CarriedSource {
  readonly folder = mkdtempSync(join(tmpdir(), 'ttm-carry-'));
  readonly file = join(this.folder, 'dev.db');

  constructor(more = '') {
    this.run(SCHEMA + ROWS + more);
  }

  /** As somebody other than the wizard. */
  run(sql: string): void {
    const db = new Database(this.file);
    db.exec(`PRAGMA foreign_keys = OFF; ${sql}`);
    db.close();
  }

  ask(sql: string): unknown[] {
    const db = new Database(this.file, { readonly: true });
    try {
      return db.prepare(sql).pluck().safeIntegers(true).all();
    } finally {
      db.close();
    }
  }

  /** Every row of every table byte for byte, with storage classes: `tokens 1 | integer 31 | text 6F6E65 …`. */
  contents(): string[] {
    const tables = this.ask(
      `SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'sqlite_sequence'`,
    );
    return tables.map(String).flatMap((table) => {
      const names = this.ask(`SELECT name FROM pragma_table_xinfo('${table}')`).map(String);
      const cells = names.map((name) => `typeof("${name}") || ' ' || hex("${name}")`).join(` || ' | ' || `);
      const lines = this.ask(`SELECT ${cells} FROM "${table}"`).map((line) => `${table} ${String(line)}`);
      return lines.sort();
    });
  }

  /** The lines that `work` takes out of and puts into the contents. */
  difference(work: () => void): { gone: string[]; come: string[] } {
    const before = this.contents();
    work();
    const after = this.contents();
    return {
      gone: before.filter((line) => !after.includes(line)),
      come: after.filter((line) => !before.includes(line)),
    };
  }

  apply(...changes: readonly RowChange[]): ChangeCounts {
    return applyToSource(this.file, tothemoon.tables, PRESENT, changes);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

type Fields = Readonly<Record<string, string | null>>;

function columnsOf(name: string): readonly string[] {
  const columns = PRESENT[name];
  if (columns === undefined) throw new Error(`no table ${name}`);
  return columns;
}

function keyOf(table: string, key: string): RowChange['key'] {
  return tothemoon.tables.find(({ name }) => name === table)?.key.map(() => key) ?? [];
}

/** Fields that are not named are NULL. */
export function inserted(table: string, fields: Fields): RowChange {
  const all = columnsOf(table).map((name) => fields[name] ?? null);
  return { kind: 'insert', table, key: [all[0] ?? null], fields: all, changed: [] };
}

/** Only the named fields differ; the others hold what no test may find in the source. */
export function updated(table: string, key: string, fields: Fields): RowChange {
  const names = columnsOf(table);
  return {
    kind: 'update',
    table,
    key: keyOf(table, key),
    fields: names.map((name) => (name in fields ? (fields[name] ?? null) : 'not to be written')),
    changed: Object.keys(fields).map((name) => names.indexOf(name)),
  };
}

export function deleted(table: string, key: string): RowChange {
  return { kind: 'delete', table, key: keyOf(table, key), fields: [], changed: [] };
}

export const TOKEN: Fields = { mint_address: 'm', status: 'active', created_at: '2025-10-11 00:00:00+00' };

/** The WizardError that `work` ends with; anything else fails the test. */
export function failureOf(work: () => void): WizardError {
  try {
    work();
  } catch (error) {
    if (error instanceof WizardError) return error;
    throw error;
  }
  throw new Error('nothing failed');
}
