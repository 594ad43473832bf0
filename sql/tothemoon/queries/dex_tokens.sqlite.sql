-- By a text within metrics: tokens whose newest score names this exchange.
SELECT t.id, t.mint_address, json_extract(s.metrics, '$.primary_dex') AS primary_dex
FROM tokens AS t
JOIN (SELECT token_id, max(created_at) AS newest FROM token_scores GROUP BY token_id) AS n ON n.token_id = t.id
JOIN token_scores AS s ON s.token_id = n.token_id AND s.created_at = n.newest
WHERE CASE WHEN json_valid(s.metrics) THEN json_extract(s.metrics, '$.primary_dex') = $1 END
ORDER BY t.id DESC, s.id DESC
LIMIT $2
