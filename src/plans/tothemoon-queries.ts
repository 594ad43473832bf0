// The queries of To The Moon as its routes and jobs send them, each in its form for SQLite and for PostgreSQL with values as they are
// typical, taken from the source at hand. "Newest" is what the caller means by it: by time in a list, by time and id elsewhere.
import type { AllowedScan, QueryPlan } from './plan.js';

const TOKENS: AllowedScan = { table: 'tokens', reason: 'has a row a token, so few that no index is faster' };
const SETTINGS: AllowedScan = { table: 'app_settings', reason: 'is asked for as a whole' };
const EVERY_NEWEST: AllowedScan = {
  table: 'latest_token_scores',
  reason: 'has a row a token, of which most are asked for',
};
const NEWEST_SCORE = 'FROM token_scores ORDER BY id DESC LIMIT 1';
const ACTIVE_TOKEN = "SELECT min(id) FROM tokens WHERE status = 'active'";

function setting(key: string, otherwise: number): string {
  return `CAST(coalesce((SELECT value FROM app_settings WHERE key = '${key}'), '${otherwise}') AS REAL)`;
}

/** A time before the newest score, spelled as the application spells times. */
function before(age: string): string {
  return `(SELECT strftime('%Y-%m-%d %H:%M:%f000', created_at, '-${age}') ${NEWEST_SCORE})`;
}

/** A value within the newest score's metrics; NULL where it is of another kind, or where they are no JSON. */
function ofNewest(key: string, kind: 'real' | 'text'): string {
  const value = `json_extract(metrics, '$.${key}')`;
  const isKind = `json_valid(metrics) AND json_type(metrics, '$.${key}') = '${kind}'`;
  return `(SELECT CASE WHEN ${isKind} THEN ${value} END ${NEWEST_SCORE})`;
}

type Told = Omit<QueryPlan, 'sqlite' | 'postgres' | 'fast'>;

function file(name: string): string {
  return `tothemoon/queries/${name}.sql`;
}

/** A query that both sides take in the same words. */
function shared(name: string, told: Told): QueryPlan {
  return { ...told, sqlite: file(name), postgres: file(name) };
}

function inTwoWords(name: string, told: Told): QueryPlan {
  return { ...told, sqlite: file(`${name}.sqlite`), postgres: file(`${name}.postgres`) };
}

/** With a form that asks the table of newest scores instead of all scores. */
function withFast(name: string, query: QueryPlan): QueryPlan {
  const scans = [TOKENS, EVERY_NEWEST];
  return { ...query, fast: file(`${name}.fast`), scans };
}

const BY_TOKEN = 'idx_token_scores_token_created';

function list(name: string, sql: string, parameters: string, requiredFactor?: number): QueryPlan {
  const required = requiredFactor === undefined ? {} : { requiredFactor };
  return withFast(
    sql,
    shared(sql, { name, caller: 'GET /tokens', parameters, index: BY_TOKEN, ...required }),
  );
}

function ofToken(name: string, caller: string, parameters: string): QueryPlan {
  return shared('token_scores', { name, caller, parameters, index: BY_TOKEN });
}

function byAge(name: string, caller: string, parameters: string): QueryPlan {
  return shared('tokens_by_age', { name, caller, parameters, scans: [TOKENS] });
}

export const queries: readonly QueryPlan[] = [
  list('tokens list', 'tokens_list', "SELECT 'archived', 50, 0", 5),
  list('tokens list, active', 'tokens_of_status', "SELECT 'active', 50, 0", 10),
  list('tokens list, archived', 'tokens_of_status', "SELECT 'archived', 50, 0"),
  list('tokens list, page 2', 'tokens_of_status', "SELECT 'archived', 50, 50"),
  list(
    'tokens list, min score',
    'tokens_by_min_score',
    `SELECT 'archived', 'active', ${setting('min_score', 0.1)}, 50, 0`,
  ),
  list('tokens list, ascending', 'tokens_ascending', "SELECT 'archived', 50, 0"),
  list('tokens count', 'tokens_count', `SELECT 'archived', 'active', ${setting('min_score', 0.1)}`),
  shared('tokens_stats', {
    name: 'tokens stats',
    caller: 'GET /tokens/stats',
    isUnordered: true,
    scans: [TOKENS],
  }),
  shared('token_by_mint', {
    name: 'token by mint',
    caller: 'GET /tokens/{mint}',
    parameters: `SELECT (SELECT mint_address FROM tokens WHERE id = (SELECT token_id ${NEWEST_SCORE}))`,
    isUnordered: true,
    index: 'tokens_mint_address_key',
    scans: [TOKENS],
  }),
  ofToken('token newest score', 'GET /tokens/{mint}', `SELECT (SELECT token_id ${NEWEST_SCORE}), 1`),
  ofToken('token history', 'GET /tokens/{mint}', `SELECT (SELECT token_id ${NEWEST_SCORE}), 20`),
  ofToken(
    'token pools',
    'GET /tokens/{mint}/pools',
    'SELECT (SELECT token_id FROM token_scores GROUP BY token_id ORDER BY count(*) DESC, token_id LIMIT 1), 1',
  ),
  shared('settings', { name: 'settings', caller: 'every request', isUnordered: true, scans: [SETTINGS] }),
  byAge('scheduler, hot', 'scheduler, 10 s', "SELECT 'active', 5000"),
  byAge('scheduler, cold', 'scheduler, 45 s', "SELECT 'monitoring', 70"),
  withFast(
    'newest_of_tokens',
    inTwoWords('newest_of_tokens', {
      name: 'scheduler, newest',
      caller: 'scheduler, 10 s',
      parameters:
        "SELECT json_group_array(id) FROM (SELECT id FROM tokens WHERE status = 'active' ORDER BY id LIMIT 5000)",
      isUnordered: true,
      index: BY_TOKEN,
    }),
  ),
  byAge('activation', 'activation, 1 min', "SELECT 'monitoring', 40"),
  shared('archiver_score', {
    name: 'archiver, score',
    caller: 'archiver, 1 h',
    parameters: `SELECT (${ACTIVE_TOKEN}), ${before('12 hours')}, ${setting('min_score', 0.1)}`,
    index: BY_TOKEN,
  }),
  shared('archiver_smoothed_score', {
    name: 'archiver, smoothed',
    caller: 'archiver, 1 h',
    parameters: `SELECT (${ACTIVE_TOKEN}), ${before('12 hours')}, ${setting('min_score', 0.1)}`,
    index: BY_TOKEN,
  }),
  shared('tokens_created_before', {
    name: 'archiver, monitoring',
    caller: 'archiver, 1 h',
    parameters: `SELECT 'monitoring', ${before('12 hours')}, 1000`,
    scans: [TOKENS],
  }),
  withFast(
    'good_tokens',
    shared('good_tokens', {
      name: 'spam and NotArb',
      caller: 'spam monitor, 5 s; NotArb export, 60 s',
      parameters: `SELECT 'active', ${setting('notarb_min_score', 0.5)}`,
      isUnordered: true,
      index: BY_TOKEN,
    }),
  ),
  byAge('token monitor', 'token monitor, 5 min', "SELECT 'archived', 1000"),
  shared('updated_since', {
    name: 'monitoring, updated',
    caller: '/api/monitoring',
    parameters: `SELECT ${before('5 minutes')}`,
    scans: [TOKENS],
  }),
  shared('waiting_since', {
    name: 'monitoring, waiting',
    caller: '/api/monitoring',
    parameters: `SELECT 'monitoring', ${before('24 hours')}`,
    scans: [TOKENS],
  }),
  shared('scores_by_smoothed', {
    name: 'scores, best first',
    caller: 'required of sorting',
    parameters: 'SELECT 50',
    index: 'idx_token_scores_smoothed',
    requiredFactor: 5,
  }),
  byAge('freshness, active', 'GET /health/data-freshness', "SELECT 'active', 50"),
  byAge('freshness, monitoring', 'GET /health/data-freshness', "SELECT 'monitoring', 50"),
  withFast(
    'newest_of_all',
    shared('newest_of_all', {
      name: 'newest of all tokens',
      caller: 'every list',
      isUnordered: true,
      requiredFactor: 100,
    }),
  ),
  withFast(
    'liquid_tokens',
    inTwoWords('liquid_tokens', {
      name: 'JSON, liquidity',
      index: BY_TOKEN,
      caller: 'required of JSON queries',
      parameters: `SELECT coalesce(round(${ofNewest('L_tot', 'real')}), 1000), 50`,
      requiredFactor: 3,
    }),
  ),
  withFast(
    'dex_tokens',
    inTwoWords('dex_tokens', {
      name: 'JSON, exchange',
      index: BY_TOKEN,
      caller: 'required of JSON queries',
      parameters: `SELECT coalesce(${ofNewest('primary_dex', 'text')}, 'raydium'), 50`,
      requiredFactor: 3,
    }),
  ),
  inTwoWords('all_scores', {
    name: 'scores of a page',
    caller: 'the ORM, with every list',
    // As many tokens of an archived page as have 5,000 scores together: more is only more of the same. Of a small source fewer, because
    // whoever asks for a quarter of a table does well to read all of it.
    parameters: `SELECT json_group_array(id) FROM (SELECT id, sum((SELECT count(*) FROM token_scores WHERE token_id = t.id)) OVER (ORDER BY id DESC) AS scores FROM (SELECT id FROM tokens WHERE status = 'archived' ORDER BY id DESC LIMIT 50) AS t) WHERE scores <= min(5000, (SELECT max(id) FROM token_scores) / 20)`,
    isUnordered: true,
    index: BY_TOKEN,
    // Of 4,690 rows with 6.7 MB of documents writing these out as text took 54 of 103 ms with nothing sent, and reading them 10 (4,624
    // are small enough to lie uncompressed in their rows); finding the rows took 1, sending as many bytes 13.
    slowReason:
      "it is the ORM's own doing: whole histories, of which the page shows nothing; most of it is the server writing out their documents, which no index and no compression spares it",
  }),
];
