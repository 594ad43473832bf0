-- The same from the table that knows the newest score of each token, and only of documents whose extracted exchange is this one; a name
-- too long to be extracted is none there. LIMIT NULL: see tokens_of_status.fast.sql.
SELECT t.id, t.mint_address, s.metrics ->> 'primary_dex' AS primary_dex
FROM latest_token_scores AS n
JOIN tokens AS t ON t.id = n.token_id
CROSS JOIN LATERAL (
    SELECT * FROM token_scores WHERE token_id = n.token_id AND created_at = n.created_at LIMIT (SELECT NULL::bigint)
) AS s
WHERE (s.primary_dex = $1 OR s.primary_dex IS NULL) AND s.metrics -> 'primary_dex' = to_jsonb($1::text)
ORDER BY t.id DESC, s.id DESC
LIMIT $2
