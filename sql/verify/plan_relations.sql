-- What the relations $1 of a query's plan are: the table or index that each is a partition of, and the planner's idea of the rows in
-- the relation itself and in all partitions. 0 until it was analyzed.
SELECT
    c.relname AS name,
    coalesce(r.relname, c.relname) AS root,
    greatest(c.reltuples, 0)::bigint::text AS rows,
    coalesce(
        (
            SELECT sum(greatest(l.reltuples, 0))
            FROM pg_partition_tree(coalesce(r.oid, c.oid)) AS p
            JOIN pg_class AS l ON l.oid = p.relid
            WHERE p.isleaf
        ),
        greatest(c.reltuples, 0)
    )::bigint::text AS root_rows
FROM pg_class AS c
LEFT JOIN pg_class AS r ON r.oid = pg_partition_root(c.oid)
WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relname = ANY ($1::text[])
