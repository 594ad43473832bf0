-- The job that runs every 5 s: spam_metrics into the newest snapshot of every active token.
UPDATE token_scores AS s
SET spam_metrics = jsonb_build_object('spam_percentage', random() * 100, 'analyzed_at', clock_timestamp())
FROM tokens AS t
CROSS JOIN LATERAL (
    SELECT n.id, n.created_at FROM token_scores AS n WHERE n.token_id = t.id ORDER BY n.created_at DESC, n.id DESC LIMIT 1
) AS newest
WHERE t.status = 'active' AND s.id = newest.id AND s.created_at = newest.created_at;
