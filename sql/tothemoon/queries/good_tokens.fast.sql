-- The same from the table that knows the newest score of each token. LIMIT NULL: see tokens_of_status.fast.sql.
SELECT t.id, t.mint_address, t.name, t.symbol, t.status, t.created_at, t.last_updated_at,
    s.id AS score_id, s.score, s.metrics, s.created_at AS scored_at, s.smoothed_score, s.raw_components, s.smoothed_components, s.scoring_model, s.spam_metrics
FROM tokens AS t
JOIN latest_token_scores AS n ON n.token_id = t.id
CROSS JOIN LATERAL (
    SELECT * FROM token_scores WHERE token_id = n.token_id AND created_at = n.created_at LIMIT (SELECT NULL::bigint)
) AS s
WHERE t.status = $1 AND s.score >= $2
