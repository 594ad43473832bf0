-- $1 the sequence, $2 the highest id in use; never beyond what the sequence can hold, and never back.
SELECT setval(
    s.seqrelid::regclass,
    greatest(least($2::bigint, s.seqmax), s.seqmin),
    $2::bigint >= s.seqmin)
FROM pg_sequence AS s
WHERE s.seqrelid = $1::regclass
