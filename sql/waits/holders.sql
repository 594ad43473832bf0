-- Sessions of others that hold what the sessions called $1 wait for, and the table that it is about, where it is about one. A prepared
-- transaction holds as process 0, without a session.
SELECT DISTINCT holder.pid::text AS pid, a.usename AS "user", coalesce(a.application_name, '') AS application_name,
  host(a.client_addr) AS address, coalesce(a.state, a.backend_type) AS state, waited.relation
FROM pg_stat_activity AS own
CROSS JOIN unnest(pg_blocking_pids(own.pid)) AS holder (pid)
LEFT JOIN pg_stat_activity AS a ON a.pid = holder.pid
LEFT JOIN LATERAL (
  SELECT l.relation::regclass::text AS relation FROM pg_locks AS l
  WHERE l.pid = own.pid AND NOT l.granted AND l.locktype = 'relation' LIMIT 1
) AS waited ON true
WHERE own.application_name = $1 AND coalesce(a.application_name, '') <> $1
ORDER BY 1
