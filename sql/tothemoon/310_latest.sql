-- What is known of each token by its newest score, the one with the highest (created_at, id): the table latest_token_scores, which
-- the later application reads and upserts into, and liquidity_usd and primary_dex of tokens. One trigger keeps both true.
--
-- A table and not a view: an upsert into a view is refused, and measured on 2026-11-21 with a million scores in 12 months (PostgreSQL 15,
-- two cores that others used as well) reading it for 2,391 tokens takes 1 ms, where a view by LATERAL, which opens every partition for
-- every token, takes 320 ms, and 500 ms with the columns from metrics. An INSERT at the application's 41 a minute takes the same with
-- and without the trigger (11 to 18 ms at the median, most of it the commit); in a burst of 2,000 in one transaction 2.8 ms instead of
-- 1.2 ms at the median, more where one transaction writes one token hundreds of times. A second index here would cost more than the
-- sort of 2,391 rows that it saves.
SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true);

CREATE TABLE latest_token_scores (
    token_id integer NOT NULL,
    score numeric,
    smoothed_score numeric,
    liquidity_usd numeric(20, 2),
    delta_p_5m numeric,
    delta_p_15m numeric,
    n_5m numeric,
    primary_dex text,
    pool_counts jsonb,
    fetched_at timestamptz,
    scoring_model varchar(50),
    created_at timestamptz,
    -- NULL in a row that the application inserts; it knows no such column.
    score_id bigint,
    CONSTRAINT latest_token_scores_pkey PRIMARY KEY (token_id),
    CONSTRAINT latest_token_scores_token_id_fkey FOREIGN KEY (token_id) REFERENCES tokens (id) ON DELETE CASCADE
);

-- What latest_token_scores shows of a document, by the later application's own rules: n_5m is tx_count_5m where there is one,
-- pools are counted by dex, and a pool without one is "unknown". Whatever is not of its type gives NULL.
CREATE FUNCTION latest_of_metrics(
    metrics jsonb,
    OUT delta_p_5m numeric, OUT delta_p_15m numeric, OUT n_5m numeric, OUT pool_counts jsonb, OUT fetched_at timestamptz)
LANGUAGE plpgsql STABLE
SET search_path FROM CURRENT
SET "TimeZone" = 'UTC'
SET "DateStyle" = 'ISO, MDY'
AS $$
DECLARE
    transactions constant text := CASE WHEN metrics -> 'tx_count_5m' <> 'null' THEN 'tx_count_5m' ELSE 'n_5m' END;
    fetched constant text := metrics ->> 'fetched_at';
BEGIN
    IF jsonb_typeof(metrics -> 'delta_p_5m') = 'number' THEN
        delta_p_5m := (metrics -> 'delta_p_5m')::numeric;
    END IF;
    IF jsonb_typeof(metrics -> 'delta_p_15m') = 'number' THEN
        delta_p_15m := (metrics -> 'delta_p_15m')::numeric;
    END IF;
    IF jsonb_typeof(metrics -> transactions) = 'number' THEN
        n_5m := (metrics -> transactions)::numeric;
    END IF;
    IF jsonb_typeof(metrics -> 'pools') = 'array' THEN
        pool_counts := (
            SELECT jsonb_object_agg(dex, pools)
            FROM (
                SELECT coalesce(pool ->> 'dex', 'unknown') AS dex, count(*) AS pools
                FROM jsonb_array_elements(metrics -> 'pools') AS one (pool)
                WHERE jsonb_typeof(pool) = 'object'
                GROUP BY 1) AS counted);
    END IF;
    -- Without words such as now and tomorrow; a date that no calendar has is left to the cast.
    IF fetched ~ '^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?$' THEN
        fetched_at := fetched::timestamptz;
    END IF;
EXCEPTION WHEN data_exception THEN
    fetched_at := NULL;
END
$$;
REVOKE ALL ON FUNCTION latest_of_metrics(jsonb) FROM PUBLIC;

-- Under the lock on its tokens row a token has one writer at a time, and what that writer sees next is what others have committed:
-- two sessions that insert for one token at once end with the newer of the two in whatever order they commit. An INSERT looks at
-- no other score; a search through all partitions is needed only when the newest is deleted or moved back.
CREATE FUNCTION keep_latest_token_score() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
DECLARE
    token integer;
    newest token_scores;
    shown latest_token_scores;
    more record;
BEGIN
    -- A job of the application updates spam_metrics every five seconds. Not as a list of columns in the trigger, which would refuse
    -- every later ALTER of their types.
    IF TG_OP = 'UPDATE'
        AND (OLD.id, OLD.token_id, OLD.created_at, OLD.score, OLD.smoothed_score, OLD.scoring_model, OLD.metrics)
            IS NOT DISTINCT FROM (NEW.id, NEW.token_id, NEW.created_at, NEW.score, NEW.smoothed_score, NEW.scoring_model, NEW.metrics)
    THEN
        RETURN NULL;
    END IF;
    -- One token, or the two between which an UPDATE moves a score, in an order that all share.
    FOR token IN
        SELECT DISTINCT id
        FROM unnest(ARRAY[CASE WHEN TG_OP <> 'DELETE' THEN NEW.token_id END, CASE WHEN TG_OP <> 'INSERT' THEN OLD.token_id END]) AS id
        WHERE id IS NOT NULL
        ORDER BY id
    LOOP
        PERFORM FROM tokens WHERE id = token FOR NO KEY UPDATE;
        -- The token itself is being deleted, and its scores with it.
        CONTINUE WHEN NOT FOUND;
        SELECT * INTO shown FROM latest_token_scores WHERE token_id = token;
        IF TG_OP <> 'DELETE' AND NEW.token_id = token
            AND (shown.token_id IS NULL OR (NEW.created_at, NEW.id) >= (shown.created_at, coalesce(shown.score_id, 0)))
        THEN
            newest := NEW;
        ELSIF TG_OP <> 'INSERT' AND OLD.token_id = token AND (OLD.created_at, OLD.id) = (shown.created_at, shown.score_id) THEN
            SELECT * INTO newest FROM token_scores WHERE token_id = token ORDER BY created_at DESC, id DESC LIMIT 1;
        ELSE
            CONTINUE;
        END IF;
        IF newest.id IS NULL THEN
            DELETE FROM latest_token_scores WHERE token_id = token;
        ELSE
            more := latest_of_metrics(newest.metrics);
            INSERT INTO latest_token_scores AS kept (
                token_id, score, smoothed_score, liquidity_usd, delta_p_5m, delta_p_15m, n_5m, primary_dex, pool_counts, fetched_at,
                scoring_model, created_at, score_id)
            VALUES (
                token, newest.score, newest.smoothed_score, newest.liquidity_usd, more.delta_p_5m, more.delta_p_15m, more.n_5m,
                newest.primary_dex, more.pool_counts, more.fetched_at, newest.scoring_model, newest.created_at, newest.id)
            ON CONFLICT ON CONSTRAINT latest_token_scores_pkey DO UPDATE SET
                (score, smoothed_score, liquidity_usd, delta_p_5m, delta_p_15m, n_5m, primary_dex, pool_counts, fetched_at,
                 scoring_model, created_at, score_id) = (
                excluded.score, excluded.smoothed_score, excluded.liquidity_usd, excluded.delta_p_5m, excluded.delta_p_15m,
                excluded.n_5m, excluded.primary_dex, excluded.pool_counts, excluded.fetched_at,
                excluded.scoring_model, excluded.created_at, excluded.score_id)
            WHERE (kept.score, kept.smoothed_score, kept.liquidity_usd, kept.delta_p_5m, kept.delta_p_15m, kept.n_5m, kept.primary_dex,
                   kept.pool_counts, kept.fetched_at, kept.scoring_model, kept.created_at, kept.score_id)
                IS DISTINCT FROM (
                excluded.score, excluded.smoothed_score, excluded.liquidity_usd, excluded.delta_p_5m, excluded.delta_p_15m,
                excluded.n_5m, excluded.primary_dex, excluded.pool_counts, excluded.fetched_at,
                excluded.scoring_model, excluded.created_at, excluded.score_id);
        END IF;
        UPDATE tokens SET (liquidity_usd, primary_dex) = (newest.liquidity_usd, newest.primary_dex)
        WHERE id = token AND (liquidity_usd, primary_dex) IS DISTINCT FROM (newest.liquidity_usd, newest.primary_dex);
    END LOOP;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION keep_latest_token_score() FROM PUBLIC;

CREATE TRIGGER token_scores_latest AFTER INSERT OR UPDATE OR DELETE ON token_scores
FOR EACH ROW EXECUTE FUNCTION keep_latest_token_score();

INSERT INTO latest_token_scores (
    token_id, score, smoothed_score, liquidity_usd, delta_p_5m, delta_p_15m, n_5m, primary_dex, pool_counts, fetched_at,
    scoring_model, created_at, score_id)
SELECT t.id, s.score, s.smoothed_score, s.liquidity_usd, more.delta_p_5m, more.delta_p_15m, more.n_5m, s.primary_dex,
       more.pool_counts, more.fetched_at, s.scoring_model, s.created_at, s.id
FROM tokens AS t
CROSS JOIN LATERAL (SELECT * FROM token_scores WHERE token_id = t.id ORDER BY created_at DESC, id DESC LIMIT 1) AS s
CROSS JOIN LATERAL latest_of_metrics(s.metrics) AS more;

UPDATE tokens AS t SET (liquidity_usd, primary_dex) = (l.liquidity_usd, l.primary_dex)
FROM latest_token_scores AS l
WHERE l.token_id = t.id AND (l.liquidity_usd IS NOT NULL OR l.primary_dex IS NOT NULL);
