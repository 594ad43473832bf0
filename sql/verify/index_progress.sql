-- What the longest-running index build of session $1 is doing.
SELECT phase, greatest(blocks_done, tuples_done)::text AS done, greatest(blocks_total, tuples_total)::text AS total
FROM pg_stat_progress_create_index
WHERE pid = $1
