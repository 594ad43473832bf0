-- What the sessions called $1 are busy with for longest; those that wait for data of ours are not.
SELECT a.query, a.wait_event_type, a.wait_event,
  coalesce(i.phase, v.phase) AS phase, i.relid IS NOT NULL AS is_index, coalesce(i.relid, v.relid)::regclass::text AS relation
FROM pg_stat_activity AS a
LEFT JOIN pg_stat_progress_create_index AS i ON i.pid = a.pid
LEFT JOIN pg_stat_progress_vacuum AS v ON v.pid = a.pid
WHERE a.application_name = $1 AND a.state = 'active' AND a.pid <> pg_backend_pid() AND coalesce(a.wait_event_type, '') <> 'Client'
ORDER BY a.query_start
LIMIT 1
