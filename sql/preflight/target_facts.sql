-- What preflight must know of the target, in one row.
WITH ledger AS (SELECT oid FROM pg_namespace WHERE nspname = 'ttm_wizard')
SELECT current_setting('server_version_num')::int AS version_num,
       current_setting('server_version') AS version,
       current_setting('server_encoding') AS encoding,
       pg_is_in_recovery()::text AS is_replica,
       (SELECT reset_val FROM pg_settings WHERE name = 'default_transaction_read_only') AS read_only,
       zone.name AS time_zone,
       -- Months enough for every zone that has ever been ahead or behind in our time.
       (SELECT every(at AT TIME ZONE zone.name = at AT TIME ZONE 'UTC')
        FROM generate_series(timestamptz '1990-01-01 00:00+00', now() + interval '2 years', interval '1 month') AS months (at)
       )::text AS is_utc,
       current_database() AS database,
       current_schema() AS schema,
       current_user AS "user",
       coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)::text AS can_create_tables,
       has_database_privilege(current_database(), 'CREATE')::text AS can_create_schema,
       EXISTS (SELECT 1 FROM ledger)::text AS has_ledger_schema,
       EXISTS (
           SELECT 1 FROM pg_class AS c JOIN ledger ON ledger.oid = c.relnamespace
           WHERE c.relname = 'run' AND has_schema_privilege(ledger.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
       )::text AS has_ledger,
       (EXISTS (SELECT 1 FROM ledger WHERE has_schema_privilege(oid, 'USAGE') AND has_schema_privilege(oid, 'CREATE'))
        AND NOT EXISTS (
            SELECT 1 FROM pg_class AS c JOIN ledger ON ledger.oid = c.relnamespace
            WHERE c.relkind = 'r'
              AND NOT (has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
                       AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE')))
       )::text AS can_use_ledger,
       pg_backend_pid() AS pid,
       pg_database_size(current_database()) AS bytes
-- What sessions of this user begin with; that of our own is pinned.
FROM (SELECT reset_val AS name FROM pg_settings WHERE name = 'TimeZone') AS zone
