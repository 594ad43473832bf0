-- Notes what this transaction has created: the rows of the catalog that it wrote. Partitions go with their table, and
-- sequences with the column that owns them.
INSERT INTO ttm_wizard.object (run_id, kind, identity)
SELECT $1,
       CASE c.relkind WHEN 'S' THEN 'sequence' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE 'table' END,
       format('%I.%I', n.nspname, c.relname)
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.xmin = pg_current_xact_id()::xid
  AND c.relkind IN ('r', 'p', 'S', 'v', 'm')
  AND NOT c.relispartition
  AND n.nspname NOT IN ('ttm_wizard', 'pg_catalog', 'pg_toast')
  AND NOT EXISTS (
      SELECT 1 FROM pg_depend AS d
      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass
        AND c.relkind = 'S' AND d.deptype IN ('a', 'i'))
UNION ALL
SELECT $1, 'function', p.oid::regprocedure::text
FROM pg_proc AS p
WHERE p.xmin = pg_current_xact_id()::xid
ON CONFLICT DO NOTHING
