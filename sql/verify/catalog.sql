-- Constraints and indexes of the tables $1 by name, and whether each is valid.
SELECT c.conname AS name, 'constraint' AS kind, c.convalidated::text AS is_valid
FROM pg_constraint AS c
JOIN pg_class AS t ON t.oid = c.conrelid
JOIN pg_namespace AS n ON n.oid = t.relnamespace
WHERE n.nspname = current_schema() AND t.relname = ANY ($1::text[])
UNION ALL
SELECT i.relname, 'index', x.indisvalid::text
FROM pg_index AS x
JOIN pg_class AS i ON i.oid = x.indexrelid
JOIN pg_class AS t ON t.oid = x.indrelid
JOIN pg_namespace AS n ON n.oid = t.relnamespace
WHERE n.nspname = current_schema() AND t.relname = ANY ($1::text[])
