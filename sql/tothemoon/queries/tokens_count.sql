-- GET /tokens counts what it lists, over the same joins and filters.
SELECT count(t.id) AS tokens
FROM tokens AS t
LEFT JOIN (SELECT token_id, max(created_at) AS newest FROM token_scores GROUP BY token_id) AS n ON n.token_id = t.id
LEFT JOIN token_scores AS s ON s.token_id = n.token_id AND s.created_at = n.newest
WHERE t.status <> $1 AND (t.status = $2 OR s.score >= $3)
