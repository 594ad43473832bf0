-- What a catch-up or a rollback has made equal; only if nobody else has changed the entry.
UPDATE ttm_wizard.chunk
SET rows = $5, quarantined = $6, bytes = $7, digest = $8, copied_at = clock_timestamp()
WHERE run_id = $1 AND table_name = $2 AND number = $3 AND digest = $4
