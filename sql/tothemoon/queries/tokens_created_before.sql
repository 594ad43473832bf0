-- Archiver: tokens that have been monitored for too long. It takes any; the id decides, so that both sides take the same.
SELECT t.id, t.mint_address, t.name, t.symbol, t.status, t.created_at, t.last_updated_at
FROM tokens AS t
WHERE t.status = $1 AND t.created_at < $2
ORDER BY t.id
LIMIT $3
