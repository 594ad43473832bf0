-- /api/monitoring: how many tokens have been monitored since before a time.
SELECT count(t.id) AS tokens FROM tokens AS t WHERE t.status = $1 AND t.created_at < $2
