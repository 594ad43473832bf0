-- GET /tokens of the stand-in application: the newest score of every token that is not archived, best first. Values: limit, offset.
SELECT t.mint_address, t.name, t.symbol, t.status, to_char(t.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') AS created_at, s.score, s.smoothed_score, s.metrics, s.scoring_model, to_char(s.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') AS scored_at
FROM tokens AS t
LEFT JOIN (SELECT token_id, max(created_at) AS newest FROM token_scores GROUP BY token_id) AS n ON n.token_id = t.id
LEFT JOIN token_scores AS s ON s.token_id = n.token_id AND s.created_at = n.newest
WHERE t.status <> 'archived'
ORDER BY coalesce(s.smoothed_score, s.score) DESC NULLS LAST, t.id DESC, s.id DESC
LIMIT ? OFFSET ?
