-- The same from the table that knows the newest score of each token.
SELECT s.token_id, s.id AS score_id, s.score, s.metrics, s.created_at AS scored_at, s.smoothed_score, s.raw_components, s.smoothed_components, s.scoring_model
FROM latest_token_scores AS n
JOIN token_scores AS s ON s.token_id = n.token_id AND s.created_at = n.created_at
WHERE n.token_id = ANY ($1::integer[])
