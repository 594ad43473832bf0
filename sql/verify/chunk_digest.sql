-- Row count and digest of one chunk on the target's side: SHA-256 of each row's canonical line, then SHA-256 over those in
-- their own order, so that neither the order of rows nor a duplicate can hide anything. textsend gives the bytes as the client gets
-- them, in UTF-8 by client_encoding, and unlike convert_to does not look through them once more.
SELECT count(*)::text AS rows, encode(sha256(coalesce(string_agg(line_hash, ''::bytea ORDER BY line_hash), '')), 'hex') AS digest
FROM (SELECT sha256(textsend({{line}})) AS line_hash FROM {{table}} WHERE {{range}}) AS hashed
