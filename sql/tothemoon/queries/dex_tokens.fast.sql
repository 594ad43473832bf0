-- The same, only of those tokens whose extracted exchange is this one; a name too long to be extracted is none there.
SELECT t.id, t.mint_address, s.metrics ->> 'primary_dex' AS primary_dex
FROM latest_token_scores AS n
JOIN tokens AS t ON t.id = n.token_id
JOIN token_scores AS s ON s.token_id = n.token_id AND s.created_at = n.created_at
WHERE (n.primary_dex = $1 OR n.primary_dex IS NULL) AND s.metrics -> 'primary_dex' = to_jsonb($1::text)
ORDER BY t.id DESC, s.id DESC
LIMIT $2
