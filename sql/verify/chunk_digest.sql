-- Row count and digest of one chunk on the target's side: SHA-256 of each row's canonical line, then SHA-256 over those in
-- their own order, so that neither the order of rows nor a duplicate can hide anything.
SELECT count(*)::text AS rows, encode(sha256(coalesce(string_agg(line_hash, ''::bytea ORDER BY line_hash), '')), 'hex') AS digest
FROM (SELECT sha256(convert_to({{line}}, 'UTF8')) AS line_hash FROM {{table}} WHERE {{range}}) AS hashed
