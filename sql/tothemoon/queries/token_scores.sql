-- GET /tokens/{mint} and its pools, the scheduler, the spam monitor: the newest scores of one token, with their metrics.
SELECT s.token_id, s.id AS score_id, s.score, s.metrics, s.created_at AS scored_at, s.smoothed_score, s.raw_components, s.smoothed_components, s.scoring_model
FROM token_scores AS s
WHERE s.token_id = $1
ORDER BY s.created_at DESC, s.id DESC
LIMIT $2
