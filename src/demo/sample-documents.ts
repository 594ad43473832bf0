// The JSON documents of the sample, as the text Python's json.dumps gives: ", " and ": ", ASCII only, floats by repr, keys
// in insertion order. Text is put together by hand because JSON.stringify can spell neither 1.0 nor 1e-05.
// Times are microseconds since 1970 in UTC. The key sets by date are those of the application's aggregators.

/** A source of numbers in [0, 1). */
export type Random = () => number;

/** One liquidity pool of a token, as text; `earlyText` is the form of the first day, without is_usdc. */
interface Pool {
  text: string;
  earlyText: string;
  dex: string;
  isUsdc: boolean;
}

/** What a document needs to know of its token. */
export interface TokenFacts {
  createdAt: number;
  pools: readonly Pool[];
  usualPools: number;
}

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const DEXES = ['pumpswap', 'pumpswap', 'pumpswap', 'raydium', 'raydium', 'meteora', 'orca'];
// Dex ids come from an API that nobody filters, so a few hold what ensure_ascii escapes: a rocket, quotes, Cyrillic.
const ODD_DEXES = [
  'moon\\ud83d\\ude80swap',
  'dex \\"beta\\"',
  '\\u043b\\u0443\\u043d\\u0430',
  'caf\\u00e9\\\\swap',
];
const MOST_POOLS = 8;

/** Microseconds since 1970 of an ISO date in UTC. */
export function microseconds(iso: string): number {
  return Date.parse(iso) * 1000;
}

// When a release changed the keys of metrics; the last one is the deployment of 2025-10-01.
const ADDS_USDC = microseconds('2025-09-10T00:00:00Z');
const ADDS_FILTERING = microseconds('2025-09-12T00:00:00Z');
const ADDS_ENHANCED = microseconds('2025-09-17T00:00:00Z');
const ADDS_QUALITY = microseconds('2025-09-24T00:00:00Z');
const ADDS_FALLBACK = microseconds('2025-10-01T00:00:00Z');

/** mulberry32: small, fast, and the same on every machine. */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** One entry of a list; the empty string of an empty one. */
export function pick(random: Random, list: readonly string[]): string {
  return list[Math.floor(random() * list.length)] ?? '';
}

/** A base58 text of the given length, such as a Solana address. */
export function base58(random: Random, length: number): string {
  let text = '';
  for (let at = 0; at < length; at++) text += BASE58.charAt(Math.floor(random() * BASE58.length));
  return text;
}

/** Rounds to six decimals, as the scorers do; never a negative zero. */
export function round6(value: number): number {
  return Math.round(value * 1e6) / 1e6 + 0;
}

function cents(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Python's repr of a float: 1.0 keeps its fraction, below 1e-4 and from 1e16 on it is exponential with two digits. */
export function pythonFloat(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16))
    return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** `2025-10-01<separator>12:00:00.000000`: always six digits, as SQLAlchemy and isoformat write them. */
export function timeText(at: number, separator: ' ' | 'T'): string {
  const iso = new Date(Math.floor(at / 1000)).toISOString();
  return iso.slice(0, 10) + separator + iso.slice(11, 23) + String(at % 1000).padStart(3, '0');
}

/**
 * The pools of the token with this index; how many of them a snapshot shows varies around `usualPools`, mostly 2 to 4.
 * Every 25th token has an odd dex id in its second pool, from the fourth token on so that small samples have one too.
 */
export function makeTokenFacts(
  random: Random,
  index: number,
  createdAt: number,
  isLongLived: boolean,
): TokenFacts {
  const pools: Pool[] = [];
  const oddDex = index % 25 === 3 ? ODD_DEXES[Math.floor(index / 25) % ODD_DEXES.length] : undefined;
  for (let at = 0; at < MOST_POOLS; at++) {
    const isUsdc = at > 0 && random() < 0.12;
    const usualDex = pick(random, DEXES);
    const dex = at === 1 ? (oddDex ?? usualDex) : usualDex;
    const address = random() < 0.003 ? 'null' : `"${base58(random, random() < 0.9 ? 44 : 43)}"`;
    const head = `{"address": ${address}, "dex": "${dex}", "quote": "${isUsdc ? 'USDC' : 'SOL'}", "is_wsol": ${!isUsdc}`;
    pools.push({ text: `${head}, "is_usdc": ${isUsdc}}`, earlyText: `${head}}`, dex, isUsdc });
  }
  const usualPools = usualPoolCount(random(), isLongLived);
  return { createdAt, pools, usualPools: oddDex === undefined ? usualPools : Math.max(2, usualPools) };
}

function usualPoolCount(share: number, isLongLived: boolean): number {
  if (isLongLived) return share < 0.6 ? 2 : share < 0.85 ? 3 : 4;
  const counts = [0.04, 0.2, 0.6, 0.82, 0.93, 0.96, 0.98, 0.99];
  const found = counts.findIndex((upTo) => share < upTo);
  return found < 0 ? MOST_POOLS : found;
}

function poolCount(random: Random, usual: number): number {
  const share = random();
  const change = share < 0.06 ? -1 : share < 0.12 ? 1 : 0;
  return Math.min(MOST_POOLS, Math.max(0, usual + change));
}

function qualityPart(random: Random, at: number, liquidity: number, transactions: number): string {
  const issues: string[] = [];
  const isChecked = at >= ADDS_QUALITY || (at >= ADDS_ENHANCED && random() < 0.05);
  if (isChecked && transactions === 0 && liquidity > 10_000) {
    issues.push(`"High liquidity ($${Math.round(liquidity)}) but no transactions"`);
  }
  if (isChecked && transactions > 0) {
    issues.push(`"Transactions reported (${transactions}.0) but zero volume - possibly stale data"`);
  }
  if (issues.length === 0) return '';
  const warning = random() < 0.06 ? ', "data_quality_warning": true' : '';
  return `${warning}, "data_quality_issues": [${issues.join(', ')}]`;
}

function enhancedPart(
  random: Random,
  at: number,
  token: TokenFacts,
  transactions: number,
  pools: number,
): string {
  const buys = Math.floor(transactions * (0.3 + random() * 0.4));
  const volume5m = transactions === 0 ? 0 : cents(transactions * random() * 90);
  const volume1h = cents(volume5m * (1 + random() * 11));
  const buysVolume = transactions === 0 ? 0 : round6((volume5m * buys) / transactions);
  const hours = round6((at - token.createdAt) / 3.6e9);
  return (
    `, "tx_count_5m": ${transactions}, "tx_count_1h": ${Math.floor(transactions * (1 + random() * 11))}` +
    `, "volume_5m": ${pythonFloat(volume5m)}, "volume_1h": ${pythonFloat(volume1h)}` +
    `, "buys_volume_5m": ${pythonFloat(buysVolume)}, "sells_volume_5m": ${pythonFloat(round6(volume5m - buysVolume))}` +
    `, "hours_since_creation": ${pythonFloat(hours)}, "total_buys_5m": ${buys}` +
    `, "total_sells_5m": ${transactions - buys}, "enhanced_metrics_version": "1.0", "relevant_pairs_count": ${pools}`
  );
}

/** The metrics of a snapshot taken at `at`: 9, 12, 15, 26 or 27 fixed keys by date, and up to two quality keys. */
export function metricsDocument(random: Random, at: number, token: TokenFacts): string {
  if (at < ADDS_USDC && random() < 0.03) return '{"note": "placeholder"}';
  const count = poolCount(random, token.usualPools);
  const hasUsdc = at >= ADDS_USDC;
  let pools = '';
  let usdcPairs = 0;
  for (let index = 0; index < count; index++) {
    const pool = token.pools[index];
    if (pool === undefined) break;
    if (pool.isUsdc) usdcPairs++;
    pools += (index === 0 ? '' : ', ') + (hasUsdc ? pool.text : pool.earlyText);
  }
  const primaryLiquidity = cents(10 ** (2 + 3.2 * random()));
  const liquidity = count === 0 ? 0 : round6(primaryLiquidity * (1 + random() * 0.3 * (count - 1)));
  const transactions = count === 0 || random() < 0.15 ? 0 : 1 + Math.floor(400 * random() ** 3);
  const drop = random() - 0.5;
  const delta5m = random() < 0.2 ? 0 : round6(drop * random() ** 4);
  const delta15m = round6(delta5m + (random() - 0.5) * random() ** 3);
  const isFallback = random() < 0.02;
  let text =
    `{"L_tot": ${pythonFloat(liquidity)}, "delta_p_5m": ${pythonFloat(delta5m)}, "delta_p_15m": ${pythonFloat(delta15m)}` +
    `, "n_5m": ${transactions}, "ws_pairs": ${count - usdcPairs}`;
  if (hasUsdc) text += `, "usdc_pairs": ${usdcPairs}`;
  text +=
    (count === 0
      ? ', "primary_dex": null, "primary_liq_usd": null'
      : `, "primary_dex": "${token.pools[0]?.dex ?? ''}", "primary_liq_usd": ${pythonFloat(primaryLiquidity)}`) +
    `, "source": "dexscreener${isFallback && at >= ADDS_FALLBACK ? '_with_fallback' : ''}", "pools": [${pools}]`;
  if (!hasUsdc) return text + '}';
  text += `, "fetched_at": "${timeText(at - 5_000 - Math.floor(random() * 1_500_000), 'T')}+00:00"`;
  if (at >= ADDS_FILTERING) {
    // With the fallback more pools are used than the first answer held, so the difference is negative.
    const dropped = isFallback ? -1 : Math.floor(random() * 4);
    text += `, "total_pairs_received": ${count + dropped}, "filtered_pairs_used": ${count}, "pools_filtered_out": ${dropped}`;
  }
  if (at >= ADDS_FALLBACK) text += `, "fallback_used": ${isFallback}`;
  text += qualityPart(random, at, liquidity, transactions);
  if (at >= ADDS_ENHANCED) text += enhancedPart(random, at, token, transactions, count);
  return `${text}, "scored_at": "${timeText(at - 1_000 - Math.floor(random() * 3_000), 'T')}+00:00"}`;
}

/** The metrics left behind when scoring fails. */
export function failedMetricsDocument(at: number): string {
  return `{"scored_at": "${timeText(at - 800, 'T')}+00:00"}`;
}

/** raw_components, unrounded, and smoothed_components, six decimals. */
export function componentDocuments(
  random: Random,
  score: number,
  smoothedScore: number,
): { raw: string; smoothed: string } {
  const parts: [name: string, value: number][] = [
    ['tx_accel', random() < 0.1 ? 0 : (3 * random() ** 2) / 1.07],
    ['vol_momentum', random() < 0.1 ? 0 : (15 * random() ** 6) / 1.03],
    ['token_freshness', random() < 0.5 ? 0 : random() ** 8 / 1.01],
    ['orderflow_imbalance', random() < 0.02 ? 1 : (random() * 2 - 1) / 1.09],
  ];
  let raw = '{';
  let smoothed = '{';
  for (const [name, value] of parts) {
    raw += `"${name}": ${pythonFloat(value)}, `;
    smoothed += `"${name}": ${pythonFloat(round6(value * (0.9 + 0.1 * random())))}, `;
  }
  return {
    raw: `${raw}"final_score": ${pythonFloat(score)}}`,
    smoothed: `${smoothed}"final_score": ${pythonFloat(smoothedScore)}}`,
  };
}

/** The result of the spam detector, made up to a minute before `at`. */
export function spamDocument(random: Random, at: number): string {
  const total = Math.floor(random() * 400);
  const budget = Math.floor(total * random());
  const percentage = total === 0 ? 0 : cents((budget / total) * 100);
  const risk =
    total === 0
      ? 'unknown'
      : percentage < 10
        ? 'clean'
        : percentage < 25
          ? 'low'
          : percentage < 50
            ? 'medium'
            : 'high';
  return (
    `{"spam_percentage": ${pythonFloat(percentage)}, "risk_level": "${risk}", "total_instructions": ${total}` +
    `, "compute_budget_count": ${budget}, "analyzed_at": "${timeText(at - Math.floor(random() * 6e7), 'T')}+00:00"}`
  );
}
