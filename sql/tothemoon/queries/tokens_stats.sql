-- GET /tokens/stats and the monitoring routes.
SELECT t.status, count(t.id) AS tokens FROM tokens AS t GROUP BY t.status
