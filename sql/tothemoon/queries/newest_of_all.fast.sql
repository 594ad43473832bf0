-- The same from the table that knows the newest score of each token.
SELECT n.token_id, n.created_at AS newest FROM latest_token_scores AS n
