-- Rows of one chunk whose canonical line is longer than {{limit}} bytes, by key and length: the line itself stays on the server.
SELECT key, bytes::text AS bytes
FROM (SELECT {{key}} AS key, octet_length({{line}}) AS bytes FROM {{table}} WHERE {{range}}) AS measured
WHERE bytes > {{limit}}
ORDER BY key
