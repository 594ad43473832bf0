-- The same from the table that knows the newest score of each token.
SELECT count(t.id) AS tokens
FROM tokens AS t
LEFT JOIN latest_token_scores AS n ON n.token_id = t.id
LEFT JOIN token_scores AS s ON s.token_id = n.token_id AND s.created_at = n.created_at
WHERE t.status <> $1 AND (t.status = $2 OR s.score >= $3)
