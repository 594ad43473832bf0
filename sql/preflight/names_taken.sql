-- Every name in the schema that would be used which a table, sequence or index could not have: those of relations of all
-- kinds, and of types, because a table makes a type of its name. Array types make room by themselves. Of functions, which may share
-- a name, those of the list $1 that take the very same parameters.
SELECT c.relname AS name
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = current_schema()
UNION
SELECT t.typname
FROM pg_type AS t JOIN pg_namespace AS n ON n.oid = t.typnamespace
WHERE n.nspname = current_schema() AND t.typcategory <> 'A'
UNION
SELECT signature
FROM unnest($1::text[]) AS wanted (signature)
WHERE to_regprocedure(quote_ident(current_schema()) || '.' || signature) IS NOT NULL
ORDER BY name
