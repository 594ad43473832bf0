-- The same, only of those tokens whose extracted liquidity, which is rounded to cents, can be enough; a number too large to be
-- extracted is none there. The tokens are joined first: how many documents will fit, the planner cannot know.
WITH candidates AS MATERIALIZED (
    SELECT t.id, t.mint_address, n.created_at
    FROM latest_token_scores AS n
    JOIN tokens AS t ON t.id = n.token_id
    WHERE n.liquidity_usd >= round($1::numeric, 2) OR n.liquidity_usd IS NULL
)
SELECT c.id, c.mint_address, (s.metrics ->> 'L_tot')::numeric AS liquidity
FROM candidates AS c
JOIN token_scores AS s ON s.token_id = c.id AND s.created_at = c.created_at
WHERE CASE jsonb_typeof(s.metrics -> 'L_tot') WHEN 'number' THEN (s.metrics ->> 'L_tot')::numeric >= $1::numeric END
ORDER BY c.id DESC, s.id DESC
LIMIT $2
