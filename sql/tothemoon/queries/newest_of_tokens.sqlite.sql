-- Scheduler: the newest scores of the tokens of a batch. The application writes out each id; here they are one JSON array.
SELECT s.token_id, s.id AS score_id, s.score, s.metrics, s.created_at AS scored_at, s.smoothed_score, s.raw_components, s.smoothed_components, s.scoring_model
FROM token_scores AS s
JOIN (
    SELECT token_id, max(created_at) AS newest
    FROM token_scores
    WHERE token_id IN (SELECT value FROM json_each($1))
    GROUP BY token_id
) AS n ON n.token_id = s.token_id AND n.newest = s.created_at
