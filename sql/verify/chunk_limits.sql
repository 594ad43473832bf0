-- Where to cut the given range, as arrays of text: the key of each row at which the weight of all rows up to it passes a multiple of
-- {{bytes}}. A row weighs its line's bytes, and at least {{least}}, so that many small rows are cut too.
SELECT to_json(ARRAY[{{key}}])::text AS high
FROM (
    SELECT {{columns}}, weight, sum(weight) OVER (ORDER BY {{order}} ROWS UNBOUNDED PRECEDING) AS sum
    FROM (SELECT {{columns}}, greatest(octet_length({{line}}), {{least}})::bigint AS weight FROM {{table}} WHERE {{range}}) AS rows
) AS summed
WHERE div(sum, {{bytes}}) > div(sum - weight, {{bytes}})
ORDER BY sum
