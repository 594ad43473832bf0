// A To The Moon file of 2,000 ordinary scores and every oddity that must arrive unchanged. What the target cannot hold is not
// here but in bad-values.ts.
import { writeSample } from '../../src/demo/sample.js';
import { Database } from '../../src/source/sqlite-driver.js';

type Cell = bigint | number | string | null;

const ODD_TEXTS: readonly string[] = [
  '',
  ' ',
  'trailing spaces   ',
  '   leading',
  'NULL',
  'null',
  '\\N',
  '\\.',
  '\\',
  '\\\\',
  'C:\\new\\table\\r',
  'tab\there',
  'line\nfeed',
  'carriage\rreturn',
  'both\r\n',
  '\t\n\r',
  '\u0001\u0008\u000b\u000c\u001b[31m\u007f\u0085',
  '🚀🌕 to the moon',
  '👨‍👩‍👧‍👦🇺🇦',
  'مرحبا \u202eright to left\u202c',
  'e\u0301 is not \u00e9',
  '\u00e9 is not e\u0301',
  '\ufeffwith a byte order mark',
  'a genuine \ufffd sign',
  '\ufffe\uffff\u{10ffff}',
  '\u2028\u2029\u00a0\u200b',
  `quotes ' " \` $1 ? :name %s {{x}}`,
  "'); DROP TABLE tokens; --",
  '1.50',
  '0x1F',
  '-0',
  '12345678901234567890',
  '2025-10-10 00:00:00',
];

/** What NUMERIC columns may hold; whole doubles below 2^63 turn into INTEGER, as in production. */
const ODD_NUMBERS: readonly (number | bigint)[] = [
  0.123456,
  0,
  1,
  -1,
  -0.000001,
  -0.07,
  1e-7,
  -1e-7,
  0.1 + 0.2,
  1 / 3,
  0.00015,
  0.49996,
  1e15,
  123456789012.123456,
  -123456789012.123456,
  999999.9999995,
  1e6,
  9999.999999,
  10000.000001,
  2 ** 53,
  2n ** 53n + 1n,
  2n ** 63n - 1n,
  -(2n ** 63n),
  1e20,
  1e22,
  1.7976931348623157e308,
  5e-324,
  2.2250738585072014e-308,
  4.35,
  1.005,
  0.1,
  100.5,
  1e21 + 1e6,
];

const THIRTY_DIGITS = '123456789012345678901234567890';

/** JSON texts of which no digit, no key and no character may change its value. */
const ODD_DOCUMENTS: readonly string[] = [
  'null',
  'true',
  'false',
  '""',
  '"text"',
  '{}',
  '[]',
  '[null]',
  '{"a": null}',
  '[[], {}, [[]], {"a": {}}]',
  `${'['.repeat(200)}1${']'.repeat(200)}`,
  `${'{"deeper": '.repeat(200)}0${'}'.repeat(200)}`,
  ' \t\n{ "spaces" : [ 1 , 2 ] } \r\n',
  '{"zz": 1, "a": 2, "": 3, "B": 4, "ä": 5, "aa": 6, "🚀": 7, "b": 8}',
  '{"n": [1e2, 1E+2, 1.0, 1.50, 0.10, 100e-2, 1e-7, -0, -0.0, 0e5, 1.5e300]}',
  `{"long": ${THIRTY_DIGITS}, "fraction": 0.${THIRTY_DIGITS}, "both": -${THIRTY_DIGITS}.${THIRTY_DIGITS}}`,
  '{"limits": [9007199254740993, 9223372036854775807, 9223372036854775808, 1.7976931348623157e308, 5e-324]}',
  '{"escapes": "\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u0001 \\u001f \\u007f \\u00e9 \\u2028"}',
  '{"pair": "\\ud83d\\ude80", "same": "🚀", "\\u006bey": "k", "back\\\\slash": "\\\\N"}',
  '{"marks": "\\ufeff \\ufffd \\uffff", "raw": "\ufeff \ufffd \uffff"}',
  '{"copy": "tab\\tline\\nfeed\\r\\\\.", "null": "null", "NULL": "\\\\N"}',
  '{"price": "1.50", "sql": "\'); DROP TABLE tokens; --", "dollar": "$1 ${x} {{y}}"}',
];

const ODD_TIMES: readonly string[] = [
  '2025-10-01 12:00:00.000000',
  '2025-10-01 12:00:00',
  '2025-10-01 12:00:00.5',
  '2025-10-01 12:00:00.000001',
  '2025-09-30 23:59:59.999999',
  '2025-10-01 00:00:00.000000',
  '2038-01-19 03:14:08.000001',
  '2106-02-07 06:28:16.000000',
  '2150-01-01 00:00:00',
  '2150-01-01 00:00:00.25',
  '0001-01-01 00:00:00.000000',
  '0099-12-31 23:59:59.999999',
  '1969-12-31 23:59:59.999999',
  '1970-01-01 00:00:00.000000',
  '2000-02-29 00:00:00.000001',
  '1582-10-10 12:00:00.000000',
  '1883-11-18 12:03:58.000000',
  '2262-04-11 23:47:16.854775',
  '9999-12-31 23:59:59.999999',
  '2025-03-30 02:30:00.000000',
];

/** The same instants in other spellings; carried over with a warning. */
export const RESPELLED_TIMES: readonly string[] = [
  '2025-10-01T12:00:00',
  '2025-10-01 12:00:00Z',
  '2025-10-01T12:00:00.123456+03:00',
  '2025-10-01 12:00:00.5 -0530',
  '2025-10-01 12:00',
  '2025-10-01',
];

const SCORE_IDS: readonly bigint[] = [
  0n,
  -1n,
  -(2n ** 63n),
  2n ** 31n,
  2n ** 31n + 1n,
  2n ** 53n,
  2n ** 53n + 1n,
  2n ** 53n + 3n,
  2n ** 62n + 1n,
];

/** The greatest id of the odd source: one below int64's limit, so that exactly one more can be given. */
export const HIGHEST_SCORE_ID = 2n ** 63n - 2n;
export const HIGHEST_TOKEN_ID = 70_007n;

export interface OddSourceOptions {
  /** Rows before the oddities. */
  readonly scores?: number;
  readonly highestScoreId?: bigint;
  /** Whether times in other spellings are among them. */
  readonly respelled?: boolean;
}

/** Writes the file at `path`, which must not exist. */
export function writeOddSource(path: string, options: OddSourceOptions = {}): void {
  const { scores = 2000, highestScoreId = HIGHEST_SCORE_ID, respelled = true } = options;
  writeSample(path, { scores });
  const db = new Database(path);
  try {
    db.exec('PRAGMA synchronous = OFF; BEGIN');
    plantTokens(db, respelled ? [...ODD_TIMES, ...RESPELLED_TIMES] : ODD_TIMES);
    plantScores(db, highestScoreId);
    plantSettings(db);
    db.exec('COMMIT');
  } finally {
    db.close();
  }
}

function plantTokens(db: Database, times: readonly string[]): void {
  const insert = db.prepare<Cell[]>('INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?)');
  const usual = '2025-10-01 12:00:00.000000';
  // Ids with gaps, zero and below.
  const idAt = (at: number): bigint => (at < 3 ? BigInt(-at) : BigInt(100 + at * 7));
  ODD_TEXTS.forEach((text, at) => {
    const symbol = ODD_TEXTS[(at + 5) % ODD_TEXTS.length] ?? null;
    insert.run(idAt(at), `odd ${at} ${text}`, text, at % 4 === 0 ? null : symbol, 'archived', usual, null);
  });
  times.forEach((time, at) => {
    insert.run(BigInt(10_000 + at * 11), `time ${at}`, null, '', 'monitoring', time, time);
  });
  // Unique in SQLite byte by byte; a collation that folds any of them would refuse the second.
  ['MINT', 'mint', 'mint ', 'mïnt', 'mi\u0308nt', ' mint', ''].forEach((mint, at) => {
    insert.run(BigInt(60_000 + at), mint, null, null, 'active', usual, usual);
  });
  insert.run(HIGHEST_TOKEN_ID, 'highest', 'x'.repeat(100_000), null, 'archived', usual, null);
}

function plantScores(db: Database, highestScoreId: bigint): void {
  const insert = db.prepare<Cell[]>('INSERT INTO token_scores VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  let next = 1_000_000n;
  const put = (row: {
    id?: bigint;
    score?: Cell;
    metrics?: Cell;
    at?: string;
    smoothed?: Cell;
    raw?: Cell;
    parts?: Cell;
    model?: string;
    spam?: Cell;
  }): void => {
    const { score = null, metrics = null, smoothed = null, raw = null, parts = null, spam = null } = row;
    const { at = '2025-10-02 00:00:00.000000', model = 'hybrid_momentum' } = row;
    insert.run((next += 3n), 1n, score, metrics, at, smoothed, raw, parts, model, spam);
    if (row.id !== undefined) db.prepare('UPDATE token_scores SET id = ? WHERE id = ?').run(row.id, next);
  };
  ODD_NUMBERS.forEach((value, at) => put({ score: value, smoothed: ODD_NUMBERS[at + 1] ?? null }));
  ODD_DOCUMENTS.forEach((text, at) => {
    put({ metrics: text, raw: ODD_DOCUMENTS[at + 1] ?? null, spam: text });
  });
  // Documents that are bare numbers: NUMERIC affinity stores them as INTEGER and REAL, whatever way they come in.
  for (const text of ['0', '7', '-3', '1.5', '1e2', '1.0', '1e-7', '9007199254740993', THIRTY_DIGITS]) {
    put({ metrics: text, raw: text, parts: text, spam: text });
  }
  ODD_TIMES.forEach((at) => put({ at, score: 0.5 }));
  for (const at of ['2019-05-05 05:05:05.050505', '2024-02-29 00:00:00', '2031-07-07 07:07:07.000007'])
    put({ at });
  ['', ' ', 'legacy   ', '🚀'.repeat(50), 'x'.repeat(50), '\\N', 'tab\t'].forEach((model) => put({ model }));
  SCORE_IDS.forEach((id) => put({ id, score: 0.25 }));
  put({ metrics: largeDocument() });
  put({
    metrics: JSON.stringify({ text: '\\"🚀\n'.repeat(60_000) }),
    raw: JSON.stringify('y'.repeat(70_000)),
  });
  put({ id: highestScoreId, score: 0.75, spam: 'null' });
}

/** About 2 MB, keys in an order that jsonb does not keep. */
function largeDocument(): string {
  const pools = Array.from({ length: 16_000 }, (_, at) => ({
    [`pool_${16_000 - at}`]: at / 7,
    address: `${at}`.padEnd(44, 'A'),
    is_wsol: at % 2 === 0,
    a: null,
  }));
  return JSON.stringify({ source: 'dexscreener', pools, L_tot: 1234.567891 });
}

function plantSettings(db: Database): void {
  const insert = db.prepare<Cell[]>('INSERT INTO app_settings VALUES (?, ?)');
  ODD_TEXTS.forEach((text, at) => insert.run(`odd ${text}`, ODD_TEXTS[at + 1] ?? null));
  insert.run('', 'the empty key');
  insert.run('z ordered', '{"z": 1, "a": 2}');
  for (const key of ['a', 'B', 'b', 'Z', 'ä', 'é', '~', '🚀', '\uffee', 'a ', 'ａ']) insert.run(key, key);
  insert.run('long', 'text '.repeat(400_000));
}
