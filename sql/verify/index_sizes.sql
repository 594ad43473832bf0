-- Size and use of the indexes of all tables that the run $1 has made, those of modules and those that are derived too. An index of a
-- partitioned table is the sum of those of its partitions. How they are used is known from statistics, to which each session adds from
-- time to time, and at its end.
SELECT t.relname AS "table",
       i.relname AS index,
       -- Keys of an expression may hold any text, the name of the table too: what follows the first USING is the whole of it.
       substring(pg_get_indexdef(i.oid) FROM ' USING (.*)$') AS definition,
       sum(pg_relation_size(part.oid))::text AS bytes,
       sum(coalesce(s.idx_scan, 0))::text AS scans
FROM pg_index AS x
JOIN pg_class AS i ON i.oid = x.indexrelid
JOIN pg_class AS t ON t.oid = x.indrelid
-- The tree of an index without partitions is empty.
CROSS JOIN LATERAL (SELECT i.oid UNION SELECT relid FROM pg_partition_tree(i.oid)) AS part (oid)
LEFT JOIN pg_stat_user_indexes AS s ON s.indexrelid = part.oid
WHERE t.oid IN (SELECT to_regclass(identity) FROM ttm_wizard.object WHERE run_id = $1 AND kind = 'table')
GROUP BY t.relname, i.relname, i.oid
ORDER BY t.relname, i.relname
