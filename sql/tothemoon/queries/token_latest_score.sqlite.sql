-- GET /tokens/{mint}: the newest snapshot of one token, here of the token with the highest id that has scores.
SELECT s.id, s.token_id, s.score, s.smoothed_score, s.scoring_model, s.created_at AS created_at
FROM token_scores AS s
WHERE s.token_id = (SELECT token_id FROM token_scores ORDER BY id DESC LIMIT 1)
ORDER BY s.created_at DESC, s.id DESC
LIMIT 20
