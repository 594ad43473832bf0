-- The best scores that there ever were, by the smoothed one.
SELECT s.id, s.token_id, s.score, s.smoothed_score, s.created_at
FROM token_scores AS s
ORDER BY s.smoothed_score DESC NULLS LAST, s.id DESC
LIMIT $1
