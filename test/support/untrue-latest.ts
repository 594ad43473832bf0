// What latest_token_scores and tokens say of the newest scores, held against a search through all of them.
import type { MoonDatabase } from './tothemoon-database.js';

/** Where the two differ from what a search through all scores finds. */
export async function untrueLatest(moon: MoonDatabase): Promise<unknown[]> {
  return moon.rows(`
    WITH truth AS (
      SELECT t.id AS token_id, s.id AS score_id, s.created_at, s.score, s.smoothed_score, s.scoring_model, s.liquidity_usd, s.primary_dex::text
      FROM tokens AS t
      JOIN LATERAL (SELECT * FROM token_scores WHERE token_id = t.id ORDER BY created_at DESC, id DESC LIMIT 1) AS s ON true),
    shown AS (
      SELECT token_id, score_id, created_at, score, smoothed_score, scoring_model, liquidity_usd, primary_dex FROM latest_token_scores),
    wrong AS ((TABLE truth EXCEPT TABLE shown) UNION ALL (TABLE shown EXCEPT TABLE truth))
    SELECT token_id, to_json(wrong)::text AS difference FROM wrong
    UNION ALL
    SELECT t.id, to_json(t)::text FROM tokens AS t LEFT JOIN truth ON truth.token_id = t.id
    WHERE (t.liquidity_usd, t.primary_dex::text) IS DISTINCT FROM (truth.liquidity_usd, truth.primary_dex)`);
}
