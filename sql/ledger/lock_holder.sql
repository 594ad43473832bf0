SELECT format('server process %s (%s) from %s since %s', a.pid, a.application_name, coalesce(host(a.client_addr), 'this machine'), a.backend_start) AS holder
FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND l.objid::bigint = hashtext('ttm_wizard')::bigint & 4294967295
LIMIT 1
