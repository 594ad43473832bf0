-- Sessions of others in this database. Without pg_read_all_stats the server hides the type, address and state of other users'
-- sessions, but neither pid, user nor application_name; autovacuum has no user.
SELECT pid, application_name, usename AS "user", host(client_addr) AS address, state
FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND usesysid IS NOT NULL
  AND coalesce(backend_type, 'client backend') = 'client backend'
  AND NOT starts_with(coalesce(application_name, ''), $1)
ORDER BY pid
