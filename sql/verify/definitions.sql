-- How the tables $1 and the functions $2 are defined, each thing by its name: a digest of what the server would write to make it again.
WITH own AS (
    SELECT oid, relname, relrowsecurity, relforcerowsecurity
    FROM pg_class
    WHERE relnamespace = quote_ident(current_schema())::regnamespace AND relname = ANY ($1::text[]) AND relkind IN ('r', 'p')
), defined AS (
    SELECT format('constraint %s', conname) AS name, pg_get_constraintdef(c.oid) AS definition
    FROM pg_constraint AS c JOIN own ON own.oid = conrelid
    WHERE contype <> 'n'
    UNION ALL
    SELECT format('index %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
    FROM pg_index JOIN own ON own.oid = indrelid
    UNION ALL
    SELECT format('trigger %s of %s', tgname, relname), pg_get_triggerdef(t.oid)
    FROM pg_trigger AS t JOIN own ON own.oid = tgrelid
    WHERE NOT tgisinternal
    UNION ALL
    SELECT format('column %s.%s', relname, attname),
           concat_ws(' ', format_type(atttypid, atttypmod), attnotnull, attgenerated, pg_get_expr(adbin, adrelid))
    FROM pg_attribute AS a JOIN own ON own.oid = attrelid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE attnum > 0 AND NOT attisdropped
    UNION ALL
    SELECT format('policy %s of %s', polname, relname),
           concat_ws(' ', polcmd, polpermissive, polroles, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
    FROM pg_policy JOIN own ON own.oid = polrelid
    UNION ALL
    SELECT format('row-level security of %s', relname), concat_ws(' ', relrowsecurity, relforcerowsecurity) FROM own
    UNION ALL
    SELECT format('function %s', signature), pg_get_functiondef(to_regprocedure(quote_ident(current_schema()) || '.' || signature))
    FROM unnest($2::text[]) AS wanted (signature)
)
SELECT name, md5(definition) AS digest FROM defined WHERE definition IS NOT NULL
