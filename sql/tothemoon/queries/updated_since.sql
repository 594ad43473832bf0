-- /api/monitoring: how many tokens were processed since a time.
SELECT count(t.id) AS tokens FROM tokens AS t WHERE t.last_updated_at >= $1
