-- What the target derives by itself, wherever it is not as it should be, and what to type about it. One statement, so that it sees
-- scores and what is derived from them at the same instant, also while the application writes.
SELECT format('token_scores.%s is generated no longer', attname) AS what, 'begin anew: --restart' AS remedy
FROM pg_attribute
WHERE attrelid = 'token_scores'::regclass AND attname IN ('liquidity_usd', 'primary_dex') AND attgenerated = ''
UNION ALL
SELECT format('%s does without trigger %s', inhrelid::regclass, tg.tgname),
       CASE WHEN own.oid IS NULL THEN 'SELECT ensure_partitions(0);'
       ELSE format('ALTER TABLE %s ENABLE TRIGGER %I;', inhrelid::regclass, tg.tgname) END
FROM pg_trigger AS tg
JOIN pg_inherits ON inhparent = tg.tgrelid
LEFT JOIN pg_trigger AS own ON own.tgrelid = inhrelid AND own.tgname = tg.tgname
WHERE tg.tgrelid = 'token_scores'::regclass AND tg.tgname LIKE 'token\_scores\_latest\_%'
  AND (own.oid IS NULL OR own.tgenabled NOT IN ('O', 'A'))
UNION ALL
SELECT format('token %s differs from its newest score in %s', t.id, concat_ws(' and ',
           CASE WHEN shown.is_other THEN 'latest_token_scores' END,
           CASE WHEN token.is_other THEN 'tokens' END)),
       'SELECT refresh_latest_scores();'
FROM tokens AS t
LEFT JOIN newest_scores(ARRAY(SELECT id FROM tokens)) AS n ON n.token_id = t.id
LEFT JOIN latest_token_scores AS l ON l.token_id = t.id
CROSS JOIN LATERAL (SELECT (t.liquidity_usd, t.primary_dex) IS DISTINCT FROM (n.liquidity_usd, n.primary_dex)) AS token (is_other)
CROSS JOIN LATERAL (
    SELECT (n.token_id, n.score, n.smoothed_score, n.liquidity_usd, n.delta_p_5m, n.delta_p_15m, n.n_5m, n.primary_dex::text,
            n.pool_counts, n.fetched_at, n.scoring_model, n.created_at, n.score_id)
        IS DISTINCT FROM (
            l.token_id, l.score, l.smoothed_score, l.liquidity_usd, l.delta_p_5m, l.delta_p_15m, l.n_5m, l.primary_dex,
            l.pool_counts, l.fetched_at, l.scoring_model, l.created_at, l.score_id)) AS shown (is_other)
WHERE token.is_other OR shown.is_other
ORDER BY what
