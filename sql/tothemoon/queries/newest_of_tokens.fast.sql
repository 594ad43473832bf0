-- The same from the table that knows the newest score of each token. LIMIT NULL: see tokens_of_status.fast.sql.
SELECT s.token_id, s.id AS score_id, s.score, s.metrics, s.created_at AS scored_at, s.smoothed_score, s.raw_components, s.smoothed_components, s.scoring_model
FROM latest_token_scores AS n
CROSS JOIN LATERAL (
    SELECT * FROM token_scores WHERE token_id = n.token_id AND created_at = n.created_at LIMIT (SELECT NULL::bigint)
) AS s
WHERE n.token_id = ANY ($1::integer[])
