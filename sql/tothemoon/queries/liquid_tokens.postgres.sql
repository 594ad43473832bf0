-- By a number within metrics: tokens whose newest score has at least this liquidity. What is no number is none.
SELECT t.id, t.mint_address, (s.metrics ->> 'L_tot')::numeric AS liquidity
FROM tokens AS t
JOIN (SELECT token_id, max(created_at) AS newest FROM token_scores GROUP BY token_id) AS n ON n.token_id = t.id
JOIN token_scores AS s ON s.token_id = n.token_id AND s.created_at = n.newest
WHERE CASE jsonb_typeof(s.metrics -> 'L_tot') WHEN 'number' THEN (s.metrics ->> 'L_tot')::numeric >= $1 END
ORDER BY t.id DESC, s.id DESC
LIMIT $2
