-- Whether the next id of sequence $1 lies after all ids of its table, or there is none left to give.
SELECT (coalesce(s.last_value + CASE WHEN s.is_called THEN 1 ELSE 0 END > m.highest, true) OR m.highest >= p.seqmax)::text AS is_ahead
FROM {{sequence}} AS s
CROSS JOIN (SELECT max({{column}}) AS highest FROM {{table}}) AS m
CROSS JOIN (SELECT seqmax FROM pg_sequence WHERE seqrelid = $1::regclass) AS p
