-- What preflight must know of the target, in one row.
WITH ledger AS (SELECT oid FROM pg_namespace WHERE nspname = 'ttm_wizard')
SELECT current_setting('server_version_num')::int AS version_num,
       current_setting('server_version') AS version,
       current_setting('server_encoding') AS encoding,
       pg_is_in_recovery()::text AS is_replica,
       (SELECT reset_val FROM pg_settings WHERE name = 'default_transaction_read_only') AS read_only,
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
