-- What the index builds of the sessions $1 are doing, partition by partition.
SELECT pid, concat_ws(' ', CASE WHEN partitions_total > 0 THEN format('part %s of %s,', partitions_done + 1, partitions_total) END, phase) AS phase,
       greatest(blocks_done, tuples_done)::text AS done, greatest(blocks_total, tuples_total)::text AS total
FROM pg_stat_progress_create_index
WHERE pid = ANY ($1::integer[])
