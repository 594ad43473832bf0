-- GET /tokens/stats
SELECT status, count(id) AS tokens FROM tokens GROUP BY status ORDER BY status
