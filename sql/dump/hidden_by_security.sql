-- Tables of run $1 whose rows the user cannot dump, because row-level security holds for their owner too, and whether they have any:
-- what may not be read can still be measured.
WITH RECURSIVE own AS (
    SELECT to_regclass(identity)::oid AS oid FROM ttm_wizard.object WHERE run_id = $1 AND kind = 'table'
    UNION
    SELECT i.inhrelid FROM pg_inherits AS i JOIN own ON i.inhparent = own.oid
)
SELECT n.nspname AS schema, c.relname AS name, (c.relkind = 'r' AND pg_relation_size(c.oid) > 0)::text AS has_rows
FROM own
JOIN pg_class AS c ON c.oid = own.oid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relrowsecurity AND c.relforcerowsecurity
  AND NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls))
ORDER BY c.relname
