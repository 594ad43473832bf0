-- Within every list: when each token was scored last.
SELECT s.token_id, max(s.created_at) AS newest FROM token_scores AS s GROUP BY s.token_id
