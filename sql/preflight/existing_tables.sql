-- Relations in the way: same names as those of the plan ($1) or of its sequences, in the schema that would be used.
SELECT relname AS name FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relname = ANY ($1::text[])
ORDER BY relname
