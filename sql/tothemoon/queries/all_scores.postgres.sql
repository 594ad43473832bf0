-- What the ORM adds to every list of tokens (lazy="selectin"): all scores that they ever had. PostgreSQL makes an array of the ids.
SELECT s.token_id, s.id, s.score, s.metrics, s.created_at, s.smoothed_score, s.raw_components, s.smoothed_components, s.scoring_model,
    s.spam_metrics
FROM token_scores AS s
WHERE s.token_id = ANY ($1::integer[])
