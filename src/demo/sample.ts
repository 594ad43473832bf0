// Writes a SQLite file like the one To The Moon left in production on 2025-10-10: its schema, its periods, its value forms.
// Every value is valid, so the file migrates without findings; faults are planted elsewhere. Same options, same values.
import { closeSync, openSync, rmSync } from 'node:fs';
import { Database } from '../source/sqlite-driver.js';
import {
  base58,
  componentDocuments,
  failedMetricsDocument,
  makeTokenFacts,
  metricsDocument,
  microseconds,
  pick,
  round6,
  seededRandom,
  spamDocument,
  timeText,
  type Random,
  type TokenFacts,
} from './sample-documents.js';
import { oddNames, sampleSchema, sampleSettings, usualWords } from './sample-settings.js';

export interface SampleOptions {
  /** Rows in token_scores; production held 847,080. */
  scores: number;
  seed?: number;
  /** False gives a database from before 2025-10-06: no spam_metrics column, and no rows after that day. */
  withSpamMetrics?: boolean;
}

const START = microseconds('2025-09-09T17:00:00Z');
const SMOOTHING_SINCE = microseconds('2025-09-12T00:00:00Z');
const HYBRID_SINCE = microseconds('2025-09-17T00:00:00Z');
const HOT_LOOP_SINCE = microseconds('2025-09-29T00:00:00Z');
const SPAM_SINCE = microseconds('2025-10-06T19:00:00Z');
const END = microseconds('2025-10-10T08:30:00Z');
const END_WITHOUT_SPAM = microseconds('2025-10-05T21:00:00Z');

const FULL_TOKENS = 2391;
const SCORES_PER_TOKEN = 354;

type Cell = string | number | null;

interface Plan {
  scores: number;
  hasSpam: boolean;
  end: number;
}

interface TokenSet {
  facts: readonly TokenFacts[];
  /** Indexes of the tokens that live long and get thousands of scores, ascending; every third one is still active. */
  longLived: readonly number[];
  popularity: Float64Array;
  lastScoredAt: Float64Array;
  monitoringFrom: number;
}

interface ScoreRow {
  score: number | null;
  metrics: string | null;
  smoothedScore: number | null;
  raw: string | null;
  smoothed: string | null;
  model: string;
  spam: string | null;
}

/** Microseconds at which the given share of all rows is written: 78 % after 09-29, when the ten-second loop began. */
function timeAtShare(share: number, end: number): number {
  const milestones: [at: number, upTo: number][] = [
    [SMOOTHING_SINCE, 0.02],
    [HYBRID_SINCE, 0.06],
    [HOT_LOOP_SINCE, 0.22],
    [end, 1],
  ];
  let [fromAt, fromShare] = [START, 0];
  for (const [at, upTo] of milestones) {
    if (share < upTo) return Math.floor(fromAt + ((share - fromShare) / (upTo - fromShare)) * (at - fromAt));
    [fromAt, fromShare] = [at, upTo];
  }
  return end;
}

/** Tokens arrive evenly over the whole time: index k is there once the share k / (count - 1) of it has passed. */
function makeTokens(random: Random, { scores, end }: Plan): TokenSet {
  const count = Math.min(FULL_TOKENS, Math.max(20, Math.floor(scores / SCORES_PER_TOKEN)));
  const active = Math.max(2, Math.round((15 * count) / FULL_TOKENS));
  const monitoringFrom = count - Math.max(1, Math.round((11 * count) / FULL_TOKENS));
  const longLived = Array.from({ length: active * 3 }, (_, at) =>
    Math.floor((at * monitoringFrom) / (active * 3)),
  );
  const isLongLived = new Set(longLived);
  const popularity = new Float64Array(count);
  const facts: TokenFacts[] = [];
  for (let index = 0; index < count; index++) {
    const share = index === 0 ? 0 : (index - 1 + random()) / (count - 1);
    const createdAt =
      index % 97 === 0 ? wholeSecond(START + share * (end - START)) : START + share * (end - START);
    facts.push(makeTokenFacts(random, index, Math.floor(createdAt), isLongLived.has(index)));
    // Some tokens are never scored: the newest one, and a few whose pools never came.
    const isNeverScored = index === count - 1 || (index % 61 === 7 && !isLongLived.has(index));
    popularity[index] = isNeverScored ? 0 : 0.05 + random() ** 3;
  }
  return { facts, longLived, popularity, lastScoredAt: new Float64Array(count), monitoringFrom };
}

function wholeSecond(at: number): number {
  return Math.floor(at / 1e6) * 1e6;
}

/** Index of the token a score at `at` belongs to: a long-lived one, or the more popular of two recent ones. */
function chooseToken(random: Random, tokens: TokenSet, at: number, end: number): number {
  const arrived = 1 + Math.floor(((tokens.facts.length - 1) * (at - START)) / (end - START));
  if (random() >= 0.3) {
    const recent = (): number => Math.max(0, arrived - 1 - Math.floor(90 * random() ** 1.5));
    const [one, other] = [recent(), recent()];
    const [ofOne, ofOther] = [tokens.popularity[one] ?? 0, tokens.popularity[other] ?? 0];
    if (Math.max(ofOne, ofOther) > 0) return ofOne < ofOther ? other : one;
  }
  const lastArrived = tokens.longLived.findLastIndex((index) => index < arrived);
  return tokens.longLived[Math.floor((lastArrived + 1) * random() ** 1.6)] ?? 0;
}

function makeScore(random: Random): number {
  const kind = random();
  if (kind < 0.01) return 0;
  if (kind < 0.015) return 1;
  if (kind < 0.035) return round6(-0.08 * random() - 0.000001);
  return round6(1.2 * random() ** 2.2);
}

/** One row by the rules of its period: which columns are NULL, which hold the JSON word null, which an object. */
function makeRow(random: Random, at: number, token: TokenFacts): ScoreRow {
  const isHybridTime = at >= HYBRID_SINCE;
  const isSpamTime = at >= SPAM_SINCE;
  const kind = random();
  const spam = isSpamTime ? (random() < 0.12 ? spamDocument(random, at) : 'null') : null;
  const unset = { score: null, metrics: null, smoothedScore: null, raw: null, smoothed: null };
  if (isSpamTime && kind > 0.999)
    return { ...unset, model: 'hybrid_momentum', spam: spamDocument(random, at) };
  const jsonNull = { raw: 'null', smoothed: 'null', model: 'hybrid_momentum', spam };
  if (isHybridTime && kind < 0.01)
    return { score: 0, smoothedScore: 0, metrics: failedMetricsDocument(at), ...jsonNull };
  const metrics = metricsDocument(random, at, token);
  if (isHybridTime && kind < 0.015) return { score: null, smoothedScore: null, metrics, ...jsonNull };
  const score = makeScore(random);
  const isExact = score === 0 || score === 1;
  const smoothedScore = isExact ? score : round6(0.9 * score + 0.1 * random());
  if (!isHybridTime) {
    const smoothed = at < SMOOTHING_SINCE ? null : smoothedScore;
    return { ...unset, score, metrics, smoothedScore: smoothed, model: 'hybrid_momentum', spam };
  }
  if (kind < 0.08)
    return { score, metrics, smoothedScore, ...jsonNull, model: kind < 0.055 ? 'legacy' : jsonNull.model };
  return {
    score,
    metrics,
    smoothedScore,
    ...componentDocuments(random, score, smoothedScore),
    model: 'hybrid_momentum',
    spam,
  };
}

function writeScores(db: Database, random: Random, tokens: TokenSet, plan: Plan): void {
  const { scores, end, hasSpam } = plan;
  const columns =
    'id, token_id, score, metrics, created_at, smoothed_score, raw_components, smoothed_components, scoring_model';
  const insert = hasSpam
    ? db.prepare<Cell[]>(
        `INSERT INTO token_scores (${columns}, spam_metrics) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
    : db.prepare<Cell[]>(`INSERT INTO token_scores (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  let previous = START;
  for (let row = 0; row < scores; row++) {
    let at = timeAtShare((row + random()) / scores, end);
    if (row % 97 === 0 && wholeSecond(at) >= previous) at = wholeSecond(at);
    previous = at;
    const index = chooseToken(random, tokens, at, end);
    const token = tokens.facts[index];
    if (token === undefined) continue;
    tokens.lastScoredAt[index] = at;
    const { score, metrics, smoothedScore, raw, smoothed, model, spam } = makeRow(random, at, token);
    const cells = [
      row + 1,
      index + 1,
      score,
      metrics,
      timeText(at, ' '),
      smoothedScore,
      raw,
      smoothed,
      model,
    ];
    if (hasSpam) cells.push(spam);
    insert.run(...cells);
  }
}

function tokenName(random: Random, index: number): string | null {
  const usual = `${pick(random, usualWords)} ${pick(random, usualWords)}`;
  const odd =
    index % 2 === 1 && index < 40 ? (index - 1) / 2 : index > 40 && index % 13 === 0 ? index / 13 : -1;
  return odd < 0 ? usual : (oddNames[odd % oddNames.length] ?? null);
}

function writeTokens(db: Database, random: Random, tokens: TokenSet): void {
  const insert = db.prepare<Cell[]>('INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?)');
  const active = new Set(tokens.longLived.filter((_, at) => at % 3 === 2));
  for (const [index, token] of tokens.facts.entries()) {
    const isPump = random() < 0.85;
    const mint = isPump ? `${base58(random, 40)}pump` : base58(random, 32 + Math.floor(random() * 13));
    const name = tokenName(random, index);
    // By character, so that an emoji is never cut in half.
    const symbol =
      name === null ? null : Array.from(name.replaceAll(' ', '').toUpperCase()).slice(0, 8).join('');
    const status = active.has(index) ? 'active' : index >= tokens.monitoringFrom ? 'monitoring' : 'archived';
    const scoredAt = tokens.lastScoredAt[index] ?? 0;
    const updatedAt = scoredAt === 0 ? null : timeText(scoredAt + Math.floor(random() * 200_000), ' ');
    insert.run(index + 1, mint, name, symbol, status, timeText(token.createdAt, ' '), updatedAt);
  }
}

/**
 * Creates the sample at `path`, which must not exist (EEXIST), in one transaction and without holding rows in memory.
 * When it fails, nothing is left at `path`.
 */
export function writeSample(path: string, options: SampleOptions): void {
  const { scores, seed = 20251010, withSpamMetrics = true } = options;
  closeSync(openSync(path, 'wx'));
  const db = new Database(path);
  try {
    // No journal and no syncing: a file that fails half-way is removed, never repaired.
    db.exec(
      'PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; PRAGMA cache_size = -16384',
    );
    db.exec(`BEGIN; ${sampleSchema}`);
    if (withSpamMetrics) db.exec('ALTER TABLE token_scores ADD COLUMN spam_metrics JSON');
    const plan = { scores, hasSpam: withSpamMetrics, end: withSpamMetrics ? END : END_WITHOUT_SPAM };
    const random = seededRandom(seed);
    const tokens = makeTokens(random, plan);
    writeScores(db, random, tokens, plan);
    writeTokens(db, random, tokens);
    const insertSetting = db.prepare<[string, string]>('INSERT INTO app_settings VALUES (?, ?)');
    for (const [key, value] of sampleSettings) insertSetting.run(key, value);
    db.exec('COMMIT; PRAGMA journal_mode = DELETE');
    db.close();
  } catch (error) {
    db.close();
    rmSync(path, { force: true });
    throw error;
  }
}
