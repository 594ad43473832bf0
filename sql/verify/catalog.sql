-- Constraints, indexes and triggers of the tables $1 by name, and whether each is valid or enabled; those tables themselves; and the
-- functions $2, each with the types of its parameters.
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
UNION ALL
SELECT g.tgname, 'trigger', (g.tgenabled IN ('O', 'A'))::text
FROM pg_trigger AS g
JOIN pg_class AS t ON t.oid = g.tgrelid
JOIN pg_namespace AS n ON n.oid = t.relnamespace
WHERE n.nspname = current_schema() AND t.relname = ANY ($1::text[]) AND NOT g.tgisinternal
UNION ALL
SELECT t.relname, 'table', 'true'
FROM pg_class AS t
JOIN pg_namespace AS n ON n.oid = t.relnamespace
WHERE n.nspname = current_schema() AND t.relname = ANY ($1::text[]) AND t.relkind IN ('r', 'p')
UNION ALL
SELECT signature, 'function', 'true'
FROM unnest($2::text[]) AS wanted (signature)
WHERE to_regprocedure(quote_ident(current_schema()) || '.' || signature) IS NOT NULL
