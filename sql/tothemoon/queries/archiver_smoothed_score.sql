-- Archiver: whether a token has reached a smoothed score since a time.
SELECT EXISTS (
    SELECT 1 FROM token_scores AS s WHERE s.token_id = $1 AND s.created_at >= $2 AND s.smoothed_score >= $3
) AS has_reached
