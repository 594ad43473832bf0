-- Sessions of a killed process of this very run ($1); its folder is locked by us, so that process is dead.
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE application_name = $1 AND pid <> pg_backend_pid() AND usename = current_user
