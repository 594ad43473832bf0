-- What preflight must know of the target, in one row.
SELECT current_setting('server_version_num')::int AS version_num,
       current_setting('server_version') AS version,
       current_setting('server_encoding') AS encoding,
       pg_is_in_recovery()::text AS is_replica,
       (SELECT reset_val FROM pg_settings WHERE name = 'default_transaction_read_only') AS read_only,
       current_schema() AS schema,
       current_user AS "user",
       coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)::text AS can_create_tables,
       has_database_privilege(current_database(), 'CREATE')::text AS can_create_schema,
       (to_regnamespace('ttm_wizard') IS NOT NULL)::text AS has_ledger,
       pg_backend_pid() AS pid,
       pg_database_size(current_database()) AS bytes
