// One row for each value that PostgreSQL cannot hold as it is, planted into a file that was good before. The file stays a
// sound SQLite database: only its values are bad.
import { Database } from '../../src/source/sqlite-driver.js';

type Cell = bigint | number | string | Buffer | null;

export interface Planted {
  readonly table: string;
  /** As findings and the quarantine show it. */
  readonly key: string;
  readonly column: string;
  /** Code of the finding that must name it. */
  readonly code: string;
}

const TOKENS = 'INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?)';
const SCORES = 'INSERT INTO token_scores VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)';
const GOOD_TIME = '2025-10-01 12:00:00.000000';

/** `CAST(x'…' AS TEXT)`: text whose bytes are not UTF-8. */
function brokenText(db: Database, table: string, column: string, id: number, hex: string): void {
  db.exec(`UPDATE ${table} SET ${column} = CAST(x'${hex}' AS TEXT) WHERE id = ${id}`);
}

const BAD_SCORE_CELLS: readonly (readonly [column: string, value: Cell, code: string])[] = [
  ['score', 'n/a', 'wrong-type'],
  ['score', Buffer.from('00ff', 'hex'), 'wrong-type'],
  ['score', '', 'wrong-type'],
  ['score', Infinity, 'number-not-finite'],
  ['smoothed_score', -Infinity, 'number-not-finite'],
  ['smoothed_score', '1,5', 'wrong-type'],
  ['created_at', 'now', 'not-a-time'],
  ['created_at', '2024-02-30 00:00:00', 'not-a-time'],
  ['created_at', '2025-10-10 24:00:00', 'not-a-time'],
  ['created_at', '2016-12-31 23:59:60', 'not-a-time'],
  ['created_at', '', 'not-a-time'],
  ['created_at', '2025-10-10 10:00:00.1234567', 'time-precision'],
  ['created_at', 1_760_000_000n, 'wrong-type'],
  ['created_at', Buffer.from('2025-10-10 10:00:00'), 'wrong-type'],
  ['created_at', '2025-10\0-10', 'not-a-time'],
  ['metrics', '{"a": NaN}', 'json-nan'],
  ['metrics', '{"a": -Infinity}', 'json-nan'],
  ['metrics', String.raw`{"a": "\u0000"}`, 'json-nul'],
  ['metrics', String.raw`{"\u0000": 1}`, 'json-nul'],
  ['metrics', String.raw`{"a": "\ud83d"}`, 'json-surrogate'],
  ['metrics', String.raw`{"a": "\ude80\ud83d"}`, 'json-surrogate'],
  ['metrics', '{"a": 1, "b": 2, "a": 3}', 'json-duplicate-key'],
  ['metrics', String.raw`{"a": 1, "\u0061": 1}`, 'json-duplicate-key'],
  ['metrics', '{"a": 1e200000}', 'json-number-range'],
  ['metrics', '['.repeat(2000) + ']'.repeat(2000), 'json-too-deep'],
  ['raw_components', '{"cut": "of', 'json-syntax'],
  ['raw_components', '', 'json-syntax'],
  ['raw_components', '{"a": 1,}', 'json-syntax'],
  ['raw_components', "{'a': 1}", 'json-syntax'],
  ['raw_components', '{"a": "raw\ttab"}', 'json-syntax'],
  ['smoothed_components', '\ufeff{}', 'json-syntax'],
  ['smoothed_components', '{} {}', 'json-syntax'],
  ['spam_metrics', Buffer.from('{"a": 1}'), 'wrong-type'],
  ['spam_metrics', '{"a": "b\0c"}', 'json-syntax'],
  ['scoring_model', 'x'.repeat(51), 'too-long'],
  ['scoring_model', 'nul\0model', 'text-nul'],
  ['token_id', 'abc', 'wrong-type'],
  ['token_id', 4_000_000_000n, 'number-range'],
  ['token_id', 1.5, 'wrong-type'],
  ['token_id', 999_999n, 'orphan'],
];

/** The rows whose only fault is that their token is missing or not carried over. */
export const ORPHANS = { ofBadTokens: [910_001, 910_002, 910_003], ofNobody: 910_010 } as const;

/** Plants all of them; the file holds a sample. */
export function plantBadValues(path: string): Planted[] {
  const db = new Database(path);
  db.unsafeMode(true);
  const planted: Planted[] = [];
  try {
    db.exec('PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON');
    plantTokens(db, planted);
    plantScores(db, planted);
    plantSettings(db, planted);
  } finally {
    db.close();
  }
  plantNulls(path, planted);
  return planted;
}

function plantTokens(db: Database, planted: Planted[]): void {
  const insert = db.prepare<Cell[]>(TOKENS);
  const put = (id: bigint, column: string, code: string, change: Record<string, Cell> = {}): void => {
    const row = {
      mint: `bad ${id}`,
      name: 'name',
      symbol: 'S',
      status: 'archived',
      created: GOOD_TIME,
      updated: null,
      ...change,
    };
    insert.run(id, row.mint, row.name, row.symbol, row.status, row.created, row.updated);
    planted.push({ table: 'tokens', key: String(id), column, code });
  };
  put(900_001n, 'name', 'text-utf8');
  brokenText(db, 'tokens', 'name', 900_001, '61c32862');
  put(900_002n, 'mint_address', 'text-utf8');
  brokenText(db, 'tokens', 'mint_address', 900_002, 'ff006d696e74');
  put(900_003n, 'name', 'text-nul', { name: 'nul \0 inside' });
  put(900_004n, 'symbol', 'wrong-type', { symbol: Buffer.from('00010203', 'hex') });
  put(900_005n, 'status', 'not-allowed', { status: 'gone' });
  put(900_006n, 'created_at', 'not-a-time', { created: 'now' });
  put(900_007n, 'last_updated_at', 'not-a-time', { updated: '2025-13-01 00:00:00' });
  put(3_000_000_000n, 'id', 'number-range');
  put(-3_000_000_000n, 'id', 'number-range');
  const orphan = db.prepare<Cell[]>(SCORES);
  const parents = [3_000_000_000n, 900_001n, 900_005n];
  ORPHANS.ofBadTokens.forEach((id, at) => {
    orphan.run(BigInt(id), parents[at] ?? null, 0.5, '{}', GOOD_TIME, 0.5, null, null, 'legacy', null);
    planted.push({ table: 'token_scores', key: String(id), column: 'token_id', code: 'orphan' });
  });
  planted.push({ table: 'token_scores', key: '910001', column: 'token_id', code: 'number-range' });
}

function plantScores(db: Database, planted: Planted[]): void {
  const insert = db.prepare<Cell[]>(SCORES);
  const good = (id: number): void => {
    insert.run(BigInt(id), 1n, 0.5, '{"a": 1}', GOOD_TIME, 0.5, 'null', null, 'legacy', null);
  };
  BAD_SCORE_CELLS.forEach(([column, value, code], at) => {
    const id = 920_001 + at;
    good(id);
    db.prepare<Cell[]>(`UPDATE token_scores SET ${column} = ? WHERE id = ?`).run(value, BigInt(id));
    planted.push({ table: 'token_scores', key: String(id), column, code });
    // A token that no token can be is missing, too.
    if (column === 'token_id' && code !== 'orphan')
      planted.push({ table: 'token_scores', key: String(id), column, code: 'orphan' });
  });
  good(930_001);
  brokenText(db, 'token_scores', 'metrics', 930_001, Buffer.from('{"a": "\xff"}', 'latin1').toString('hex'));
  planted.push({ table: 'token_scores', key: '930001', column: 'metrics', code: 'text-utf8' });
  // A lone surrogate written as if it were UTF-8 (CESU-8).
  good(930_002);
  brokenText(db, 'token_scores', 'metrics', 930_002, '2261eda0bd6222');
  planted.push({ table: 'token_scores', key: '930002', column: 'metrics', code: 'text-utf8' });
}

function plantSettings(db: Database, planted: Planted[]): void {
  const insert = db.prepare<Cell[]>('INSERT INTO app_settings VALUES (?, ?)');
  insert.run('bad value', 'nul\0value');
  planted.push({ table: 'app_settings', key: 'bad value', column: 'value', code: 'text-nul' });
  insert.run('bad\0key', 'good');
  insert.run(Buffer.from('ff', 'hex'), 'good');
  insert.run(Buffer.from('fe', 'hex'), 'good');
  db.exec(`INSERT INTO app_settings VALUES (CAST(x'62ff' AS TEXT), 'good'), (CAST(x'62fe' AS TEXT), 'good')`);
  // Of damaged keys only the count can be foretold: what shows of them is for the eye.
  for (const code of ['text-nul', 'wrong-type', 'wrong-type', 'text-utf8', 'text-utf8'])
    planted.push({ table: 'app_settings', key: '', column: 'key', code });
}

/** NULL in columns that are declared NOT NULL, as hand-made changes of the schema leave them. */
function plantNulls(path: string, planted: Planted[]): void {
  changeSchema(path, `replace(sql, 'VARCHAR(20) NOT NULL', 'VARCHAR(20)')`);
  const db = new Database(path);
  db.prepare<Cell[]>(TOKENS).run(900_100n, 'bad null', null, null, null, GOOD_TIME, null);
  db.close();
  changeSchema(path, `replace(sql, 'status VARCHAR(20),', 'status VARCHAR(20) NOT NULL,')`);
  planted.push({ table: 'tokens', key: '900100', column: 'status', code: 'null-not-allowed' });
}

function changeSchema(path: string, expression: string): void {
  const db = new Database(path);
  db.unsafeMode(true);
  db.exec(
    `PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = ${expression} WHERE name = 'tokens'; PRAGMA writable_schema = OFF`,
  );
  db.close();
}
