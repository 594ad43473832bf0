-- The same, only of those tokens whose extracted exchange is this one; a name too long to be extracted is none there. The tokens are
-- joined first: how many documents will fit, the planner cannot know.
WITH candidates AS MATERIALIZED (
    SELECT t.id, t.mint_address, n.created_at
    FROM latest_token_scores AS n
    JOIN tokens AS t ON t.id = n.token_id
    WHERE n.primary_dex = $1 OR n.primary_dex IS NULL
)
SELECT c.id, c.mint_address, s.metrics ->> 'primary_dex' AS primary_dex
FROM candidates AS c
JOIN token_scores AS s ON s.token_id = c.id AND s.created_at = c.created_at
WHERE s.metrics -> 'primary_dex' = to_jsonb($1::text)
ORDER BY c.id DESC, s.id DESC
LIMIT $2
