// What the application writes, by service: `ws` hears of new tokens, `api` scores them, looks for spam, changes their status and
// keeps the settings. A job reads, then says which rows one transaction shall change; it writes nothing itself.
import {
  base58,
  componentDocuments,
  failedMetricsDocument,
  makeTokenFacts,
  metricsDocument,
  pick,
  type Random,
  round6,
  seededRandom,
  spamDocument,
  timeText,
  type TokenFacts,
} from '../sample-documents.js';
import { oddNames, sampleSettings, usualWords } from '../sample-settings.js';
import type { Change, Row, Session } from './store.js';

export type Role = 'api' | 'ws';

export interface Job {
  readonly role: Role;
  /** 1 for every round, 10 for every tenth; all are due in the first. */
  readonly everyRounds: number;
  plan(session: Session): Promise<readonly Change[]>;
}

// A setting that does not exist yet is inserted, then updated, as PUT /settings/{key} does.
const SETTING_KEYS = [...sampleSettings.map(([key]) => key), 'max_stale_minutes', 'strict_data_validation'];
const STATUSES = ['monitoring', 'active', 'archived'];

/** The jobs of one role, or of both. Deleting is asked for apart: the real application never deletes. */
export function jobsOf(random: Random, role: Role | undefined, withDeletes: boolean): readonly Job[] {
  const jobs: Job[] = [
    { role: 'api', everyRounds: 1, plan: (session) => scoreToken(session, random) },
    { role: 'api', everyRounds: 3, plan: (session) => markSpam(session, random) },
    { role: 'api', everyRounds: 7, plan: (session) => correctScore(session, random) },
    { role: 'api', everyRounds: 20, plan: (session) => changeStatus(session, random) },
    { role: 'api', everyRounds: 25, plan: (session) => saveSetting(session, random) },
    { role: 'ws', everyRounds: 10, plan: () => Promise.resolve([newToken(random)]) },
  ];
  if (withDeletes) jobs.push({ role: 'api', everyRounds: 12, plan: makeDeleter(random) });
  return jobs.filter((job) => role === undefined || job.role === role);
}

/** Microseconds since 1970. */
function now(): number {
  return Math.floor((performance.timeOrigin + performance.now()) * 1000);
}

function time(at: number): string {
  return `${timeText(at, 'T')}+00:00`;
}

const facts = new Map<number, TokenFacts>();

/** The pools of a token, the same each time. */
function factsOf(tokenId: number): TokenFacts {
  const known = facts.get(tokenId);
  if (known !== undefined) return known;
  const random = seededRandom(tokenId);
  const made = makeTokenFacts(random, tokenId, now() - Math.floor(random() * 8.64e10), tokenId % 3 === 0);
  facts.set(tokenId, made);
  return made;
}

/** One of the tokens that have waited longest for a score. */
async function chooseToken(session: Session, random: Random): Promise<number | undefined> {
  const waiting = await session.rows(
    "SELECT id FROM tokens WHERE status IN ('active', 'monitoring') ORDER BY last_updated_at ASC NULLS FIRST, created_at DESC LIMIT 35",
  );
  return idOf(waiting[Math.floor(random() * waiting.length)]);
}

function idOf(row: Row | undefined): number | undefined {
  return row === undefined ? undefined : Number(row['id']);
}

async function newestScore(session: Session, tokenId: number): Promise<Row | undefined> {
  const [row] = await session.rows(
    'SELECT id, spam_metrics FROM token_scores WHERE token_id = ? ORDER BY created_at DESC, id DESC LIMIT 1',
    tokenId,
  );
  return row;
}

function makeScores(random: Random): { score: number; smoothed: number } {
  const kind = random();
  if (kind < 0.05) return { score: 0, smoothed: 0 };
  if (kind < 0.08) return { score: 1, smoothed: 1 };
  const score = round6(kind < 0.12 ? -0.08 * random() : 1.2 * random() ** 2.2);
  return { score, smoothed: round6(0.9 * score + 0.1 * random()) };
}

/** A snapshot and the token's last_updated_at in one transaction, in the order of SQLAlchemy's unit of work: parents first. */
async function scoreToken(session: Session, random: Random): Promise<Change[]> {
  const tokenId = await chooseToken(session, random);
  if (tokenId === undefined) return [];
  const spam = (await newestScore(session, tokenId))?.['spam_metrics'] ?? 'null';
  const at = now();
  const { score, smoothed } = makeScores(random);
  const kind = random();
  const documents = componentDocuments(random, score, smoothed);
  const snapshot = {
    token_id: tokenId,
    score,
    metrics: metricsDocument(random, at, factsOf(tokenId)),
    created_at: time(at),
    smoothed_score: smoothed,
    raw_components: documents.raw,
    smoothed_components: documents.smoothed,
    scoring_model: 'hybrid_momentum',
    spam_metrics: spam,
  };
  // The rarer paths: scoring that failed, and the legacy model, whose None becomes the word null in a JSON column.
  if (kind < 0.02)
    Object.assign(snapshot, { score: 0, smoothed_score: 0, metrics: failedMetricsDocument(at) });
  if (kind < 0.08) Object.assign(snapshot, { raw_components: 'null', smoothed_components: 'null' });
  if (kind > 0.02 && kind < 0.06) Object.assign(snapshot, { scoring_model: 'legacy' });
  return [
    { table: 'tokens', operation: 'update', key: tokenId, columns: { last_updated_at: time(now()) } },
    { table: 'token_scores', operation: 'insert', columns: snapshot },
  ];
}

/** The spam monitor writes into the newest snapshot, or makes one that holds nothing else. */
async function markSpam(session: Session, random: Random): Promise<Change[]> {
  const tokenId = await chooseToken(session, random);
  if (tokenId === undefined) return [];
  const spam = spamDocument(random, now());
  const id = idOf(await newestScore(session, tokenId));
  if (id !== undefined)
    return [{ table: 'token_scores', operation: 'update', key: id, columns: { spam_metrics: spam } }];
  const unset = { score: null, metrics: null, smoothed_score: null, raw_components: null };
  const columns = {
    token_id: tokenId,
    ...unset,
    smoothed_components: null,
    created_at: time(now()),
    scoring_model: 'hybrid_momentum',
    spam_metrics: spam,
  };
  return [{ table: 'token_scores', operation: 'insert', columns }];
}

async function correctScore(session: Session, random: Random): Promise<Change[]> {
  const tokenId = await chooseToken(session, random);
  const id = tokenId === undefined ? undefined : idOf(await newestScore(session, tokenId));
  if (tokenId === undefined || id === undefined) return [];
  const { score, smoothed } = makeScores(random);
  const metrics = metricsDocument(random, now(), factsOf(tokenId));
  const columns = { score, smoothed_score: smoothed, metrics };
  return [{ table: 'token_scores', operation: 'update', key: id, columns }];
}

/** Activates, archives or wakes any token. */
async function changeStatus(session: Session, random: Random): Promise<Change[]> {
  const [row] = await session.rows('SELECT count(*) AS tokens FROM tokens');
  const place = Math.floor(random() * Number(row?.['tokens']));
  const [token] = await session.rows('SELECT id, status FROM tokens ORDER BY id LIMIT 1 OFFSET ?', place);
  const id = idOf(token);
  if (id === undefined) return [];
  const others = STATUSES.filter((status) => status !== token?.['status']);
  const columns = { status: pick(random, others), last_updated_at: time(now()) };
  return [{ table: 'tokens', operation: 'update', key: id, columns }];
}

async function saveSetting(session: Session, random: Random): Promise<Change[]> {
  const key = pick(random, SETTING_KEYS);
  const value = random() < 0.1 ? '' : String(round6(random() * 100));
  const [row] = await session.rows('SELECT key FROM app_settings WHERE key = ?', key);
  if (row === undefined)
    return [{ table: 'app_settings', operation: 'insert', key, columns: { key, value } }];
  return [{ table: 'app_settings', operation: 'update', key, columns: { value } }];
}

function newToken(random: Random): Change {
  const usual = `${pick(random, usualWords)} ${pick(random, usualWords)}`;
  const name = random() < 0.5 ? usual : (oddNames[Math.floor(random() * oddNames.length)] ?? null);
  // By character, so that an emoji is never cut in half.
  const symbol =
    name === null ? null : Array.from(name.replaceAll(' ', '').toUpperCase()).slice(0, 8).join('');
  const columns = {
    mint_address: `${base58(random, 40)}pump`,
    name,
    symbol,
    status: 'monitoring',
    created_at: time(now()),
    last_updated_at: null,
  };
  return { table: 'tokens', operation: 'insert', columns };
}

/** Deletes one score, every other time the newest of all, whose id SQLite then hands out again. */
function makeDeleter(random: Random): Job['plan'] {
  let isNewestNext = false;
  return async (session) => {
    isNewestNext = !isNewestNext;
    const [row] = await session.rows('SELECT min(id) AS first, max(id) AS newest FROM token_scores');
    const [first, newest] = [Number(row?.['first']), Number(row?.['newest'])];
    const from = isNewestNext ? newest : first + Math.floor(random() * (newest - first));
    const [score] = await session.rows('SELECT id FROM token_scores WHERE id >= ? ORDER BY id LIMIT 1', from);
    const id = idOf(score);
    return id === undefined ? [] : [{ table: 'token_scores', operation: 'delete', key: id, columns: {} }];
  };
}
