-- What the index builds of the sessions $1 are doing, and with which table or partition.
SELECT pid, relid::regclass::text AS part, phase, greatest(blocks_done, tuples_done)::text AS done, greatest(blocks_total, tuples_total)::text AS total
FROM pg_stat_progress_create_index
WHERE pid = ANY ($1::integer[])
