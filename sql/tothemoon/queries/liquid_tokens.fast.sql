-- The same, only of those tokens whose extracted liquidity, which is rounded to cents, can be enough. A number too large to be
-- extracted is none there.
SELECT t.id, t.mint_address, (s.metrics ->> 'L_tot')::numeric AS liquidity
FROM latest_token_scores AS n
JOIN tokens AS t ON t.id = n.token_id
JOIN token_scores AS s ON s.token_id = n.token_id AND s.created_at = n.created_at
WHERE (n.liquidity_usd >= round($1::numeric, 2) OR n.liquidity_usd IS NULL)
    AND CASE jsonb_typeof(s.metrics -> 'L_tot') WHEN 'number' THEN (s.metrics ->> 'L_tot')::numeric >= $1::numeric END
ORDER BY t.id DESC, s.id DESC
LIMIT $2
