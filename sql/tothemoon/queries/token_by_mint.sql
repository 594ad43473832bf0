-- GET /tokens/{mint}
SELECT t.id, t.mint_address, t.name, t.symbol, t.status, t.created_at, t.last_updated_at
FROM tokens AS t
WHERE t.mint_address = $1
