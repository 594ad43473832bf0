-- Scheduler, activation, token monitor, data freshness: those that have waited longest. The id decides where the times are equal.
SELECT t.id, t.mint_address, t.name, t.symbol, t.status, t.created_at, t.last_updated_at
FROM tokens AS t
WHERE t.status = $1
ORDER BY t.last_updated_at ASC NULLS FIRST, t.created_at DESC, t.id
LIMIT $2
