-- Whether the next id of sequence $1 lies after all ids of its table, or there is none left to give. Without adding one to
-- last_value, which may be the greatest bigint there is.
SELECT (m.highest IS NULL
        OR s.last_value > m.highest
        OR (s.is_called AND s.last_value = m.highest)
        OR m.highest >= p.seqmax)::text AS is_ahead
FROM {{sequence}} AS s
CROSS JOIN (SELECT max({{column}}) AS highest FROM {{table}}) AS m
CROSS JOIN (SELECT seqmax FROM pg_sequence WHERE seqrelid = $1::regclass) AS p
