-- The same from the table that knows the newest score of each token. LIMIT NULL: see tokens_of_status.fast.sql.
SELECT count(t.id) AS tokens
FROM tokens AS t
LEFT JOIN latest_token_scores AS n ON n.token_id = t.id
LEFT JOIN LATERAL (
    SELECT * FROM token_scores WHERE token_id = n.token_id AND created_at = n.created_at LIMIT (SELECT NULL::bigint)
) AS s ON true
WHERE t.status <> $1 AND (t.status = $2 OR s.score >= $3)
