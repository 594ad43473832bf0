-- The key of every {{rows}}th row beyond the given one, as an array of text.
SELECT to_json(ARRAY[{{key}}])::text AS high
FROM (SELECT {{columns}}, row_number() OVER (ORDER BY {{order}}) AS n FROM {{table}} WHERE {{range}}) AS rows
WHERE n % {{rows}} = 0
ORDER BY n
