-- Whether the next id of sequence $1 lies after all ids of its table, or there is none left to give, without adding one to last_value,
-- which may be the greatest bigint there is; and whether column $3 of table $2 takes its ids from it.
SELECT (m.highest IS NULL
        OR s.last_value > m.highest
        OR (s.is_called AND s.last_value = m.highest)
        OR m.highest >= p.seqmax)::text AS is_ahead,
       EXISTS (
           SELECT FROM pg_attribute AS a
           JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
           JOIN pg_depend AS uses ON uses.classid = 'pg_attrdef'::regclass AND uses.objid = d.oid AND uses.refobjid = p.seqrelid
           WHERE a.attrelid = $2::regclass AND a.attname = $3)::text AS is_used
FROM {{sequence}} AS s
CROSS JOIN (SELECT max({{column}}) AS highest FROM {{table}}) AS m
CROSS JOIN (SELECT seqrelid, seqmax FROM pg_sequence WHERE seqrelid = $1::regclass) AS p
