-- Relations beside the tables of run $1, in their schema, that the run did not make; those of extensions come with the extension.
-- A partition belongs to its table, a sequence to the column that owns it.
WITH RECURSIVE own AS (
    SELECT to_regclass(identity)::oid AS oid FROM ttm_wizard.object WHERE run_id = $1 AND kind NOT IN ('function', 'role', 'privilege')
    UNION
    SELECT d.objid
    FROM pg_depend AS d
    JOIN own ON d.refobjid = own.oid
    JOIN pg_class AS c ON c.oid = d.objid
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
      AND d.deptype IN ('a', 'i') AND (c.relispartition OR c.relkind = 'S')
)
SELECT n.nspname AS schema, c.relname AS name
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema()
  AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
  AND c.oid NOT IN (SELECT oid FROM own WHERE oid IS NOT NULL)
  AND NOT EXISTS (
      SELECT 1 FROM pg_depend AS d
      WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY c.relname
