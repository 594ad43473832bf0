-- The same from the table that knows the newest score of each token, and only of documents whose extracted liquidity, which is rounded to
-- cents, can be enough; a number too large to be extracted is none there. LIMIT NULL: see tokens_of_status.fast.sql.
SELECT t.id, t.mint_address, (s.metrics ->> 'L_tot')::numeric AS liquidity
FROM latest_token_scores AS n
JOIN tokens AS t ON t.id = n.token_id
CROSS JOIN LATERAL (
    SELECT * FROM token_scores WHERE token_id = n.token_id AND created_at = n.created_at LIMIT (SELECT NULL::bigint)
) AS s
WHERE (s.liquidity_usd >= round($1::numeric, 2) OR s.liquidity_usd IS NULL)
  AND CASE jsonb_typeof(s.metrics -> 'L_tot') WHEN 'number' THEN (s.metrics ->> 'L_tot')::numeric >= $1::numeric END
ORDER BY t.id DESC, s.id DESC
LIMIT $2
