-- What is known of each token by its newest score, the one with the highest (created_at, id): the table latest_token_scores, which
-- the later application reads and upserts into, and liquidity_usd and primary_dex of tokens. Triggers keep both true.
--
-- A table and not a view: an upsert into a view is refused, and measured on 2026-11-21 with a million scores in 12 months (PostgreSQL 15,
-- two cores that others used as well) reading it for 2,391 tokens takes 1 ms, where a view by LATERAL, which opens every partition for
-- every token, takes 320 ms, and 500 ms with the columns from metrics. A second index here would cost more than the sort of 2,391 rows
-- that it saves.
--
-- What the triggers cost, measured on 2026-11-22 with 200,000 scores in 12 months, in the server's processor time: a row that comes alone
-- takes 2.7 times what it takes without them (0.4 ms, 1.0 to 1.15 times that with a trigger for each row), an update of spam_metrics 1.6
-- times, 8,000 rows of 15 tokens in 16 statements 1.3 times (1.8 with a trigger for each row). A whole catch-up with 8,000 new rows of 15
-- tokens takes 1.1 times as long as without them; with a trigger for each row 2 to 5 times (10 to 27 s instead of 5 s), because 15 rows
-- were updated 8,000 times in one transaction.
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

-- The newest score of each of these tokens that has one, as latest_token_scores shows it.
CREATE FUNCTION newest_scores(of_tokens integer[]) RETURNS TABLE (
    token_id integer, score numeric, smoothed_score numeric, liquidity_usd numeric, delta_p_5m numeric, delta_p_15m numeric,
    n_5m numeric, primary_dex varchar, pool_counts jsonb, fetched_at timestamptz, scoring_model varchar, created_at timestamptz,
    score_id bigint)
LANGUAGE sql STABLE
AS $$
    SELECT t.id, s.score, s.smoothed_score, s.liquidity_usd, more.delta_p_5m, more.delta_p_15m, more.n_5m, s.primary_dex,
           more.pool_counts, more.fetched_at, s.scoring_model, s.created_at, s.id
    FROM tokens AS t
    CROSS JOIN LATERAL (SELECT * FROM token_scores WHERE token_id = t.id ORDER BY created_at DESC, id DESC LIMIT 1) AS s
    CROSS JOIN LATERAL latest_of_metrics(s.metrics) AS more
    WHERE t.id = ANY (of_tokens)
$$;
REVOKE ALL ON FUNCTION newest_scores(integer[]) FROM PUBLIC;

-- Under the lock on its tokens row a token has one writer at a time, and what that writer sees next is what others have committed:
-- two sessions that insert for one token at once end with the newer of the two in whatever order they commit. Returns the tokens that
-- are there; one that is being deleted takes its scores with it. All sessions lock in order of id, so that no two wait for each other.
CREATE FUNCTION lock_latest_scores(of_tokens integer[]) RETURNS integer[]
LANGUAGE plpgsql
AS $$
DECLARE
    locked constant integer[] := ARRAY(SELECT id FROM tokens WHERE id = ANY (of_tokens) ORDER BY id FOR NO KEY UPDATE);
BEGIN
    -- Not so in a transaction that goes on seeing what was there at its beginning. As each writer leaves a new version of the rows that
    -- it has looked at, such a transaction fails here (40001) instead of deciding by scores that are no longer the whole truth.
    IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN
        PERFORM FROM latest_token_scores WHERE token_id = ANY (locked) FOR NO KEY UPDATE;
    END IF;
    RETURN locked;
END
$$;
REVOKE ALL ON FUNCTION lock_latest_scores(integer[]) FROM PUBLIC;

-- Looks for the newest score of each of these tokens in all partitions, and shows it.
CREATE FUNCTION search_latest_scores(of_tokens integer[]) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    touched constant integer[] := lock_latest_scores(of_tokens);
BEGIN
    WITH newest AS MATERIALIZED (SELECT * FROM newest_scores(touched)),
    without AS (
        DELETE FROM latest_token_scores WHERE token_id = ANY (touched) AND token_id NOT IN (SELECT token_id FROM newest)),
    shown AS (
        INSERT INTO latest_token_scores (
            token_id, score, smoothed_score, liquidity_usd, delta_p_5m, delta_p_15m, n_5m, primary_dex, pool_counts, fetched_at,
            scoring_model, created_at, score_id)
        TABLE newest
        ON CONFLICT ON CONSTRAINT latest_token_scores_pkey DO UPDATE SET
            (score, smoothed_score, liquidity_usd, delta_p_5m, delta_p_15m, n_5m, primary_dex, pool_counts, fetched_at,
             scoring_model, created_at, score_id) = (
            excluded.score, excluded.smoothed_score, excluded.liquidity_usd, excluded.delta_p_5m, excluded.delta_p_15m,
            excluded.n_5m, excluded.primary_dex, excluded.pool_counts, excluded.fetched_at,
            excluded.scoring_model, excluded.created_at, excluded.score_id))
    UPDATE tokens AS t SET (liquidity_usd, primary_dex) = (newest.liquidity_usd, newest.primary_dex)
    FROM unnest(touched) AS one (id) LEFT JOIN newest ON newest.token_id = one.id
    WHERE t.id = one.id AND (t.liquidity_usd, t.primary_dex) IS DISTINCT FROM (newest.liquidity_usd, newest.primary_dex);
END
$$;
REVOKE ALL ON FUNCTION search_latest_scores(integer[]) FROM PUBLIC;

-- Makes latest_token_scores and tokens true again where they are not, and returns for how many tokens. For what no trigger sees: a
-- month that was dropped, detached or attached, and changes made while triggers were off.
CREATE FUNCTION refresh_latest_scores() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
DECLARE
    untrue constant integer[] := ARRAY(
        SELECT t.id
        FROM tokens AS t
        LEFT JOIN newest_scores(ARRAY(SELECT id FROM tokens)) AS n ON n.token_id = t.id
        LEFT JOIN latest_token_scores AS l ON l.token_id = t.id
        WHERE (t.liquidity_usd, t.primary_dex) IS DISTINCT FROM (n.liquidity_usd, n.primary_dex)
           OR (n.token_id, n.score, n.smoothed_score, n.liquidity_usd, n.delta_p_5m, n.delta_p_15m, n.n_5m, n.primary_dex::text,
               n.pool_counts, n.fetched_at, n.scoring_model, n.created_at, n.score_id)
            IS DISTINCT FROM (
               l.token_id, l.score, l.smoothed_score, l.liquidity_usd, l.delta_p_5m, l.delta_p_15m, l.n_5m, l.primary_dex,
               l.pool_counts, l.fetched_at, l.scoring_model, l.created_at, l.score_id));
BEGIN
    PERFORM search_latest_scores(untrue);
    RETURN cardinality(untrue);
END
$$;
REVOKE ALL ON FUNCTION refresh_latest_scores() FROM PUBLIC;
COMMENT ON FUNCTION refresh_latest_scores() IS
    'makes latest_token_scores and tokens true after a month was dropped, detached or attached';

-- Once a statement, however many rows it has. What has been written is compared with what is shown, and no other score is looked at; a
-- search through all partitions is needed only when the newest is deleted or moved back. All columns by name: a month may have been
-- attached that has them in another order.
CREATE FUNCTION keep_latest_token_score() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    touched integer[];
    newer integer;
BEGIN
    -- A month that was detached has kept its triggers.
    IF TG_RELID <> 'token_scores'::regclass AND pg_partition_root(TG_RELID) IS DISTINCT FROM 'token_scores'::regclass THEN
        RETURN NULL;
    END IF;
    CASE TG_OP
    WHEN 'INSERT' THEN
        touched := ARRAY(SELECT token_id FROM written);
    WHEN 'UPDATE' THEN
        -- A job of the application updates spam_metrics every five seconds. Not as a list of columns in the trigger, which cannot be
        -- had together with tables of what has changed, and would refuse every later ALTER of their types.
        IF NOT EXISTS (
            SELECT FROM removed AS o FULL JOIN written AS n ON n.id = o.id AND n.created_at = o.created_at
            WHERE (o.token_id, o.score, o.smoothed_score, o.scoring_model, o.metrics)
                IS DISTINCT FROM (n.token_id, n.score, n.smoothed_score, n.scoring_model, n.metrics))
        THEN
            RETURN NULL;
        END IF;
        touched := ARRAY(SELECT token_id FROM removed UNION ALL SELECT token_id FROM written);
    WHEN 'DELETE' THEN
        PERFORM search_latest_scores(ARRAY(SELECT token_id FROM removed));
        RETURN NULL;
    WHEN 'TRUNCATE' THEN
        -- Comes once for each partition, when the whole table is meant.
        IF EXISTS (SELECT FROM latest_token_scores) THEN
            PERFORM refresh_latest_scores();
        END IF;
        RETURN NULL;
    END CASE;
    touched := lock_latest_scores(touched);
    INSERT INTO latest_token_scores AS kept (
        token_id, score, smoothed_score, liquidity_usd, delta_p_5m, delta_p_15m, n_5m, primary_dex, pool_counts, fetched_at,
        scoring_model, created_at, score_id)
    SELECT s.token_id, s.score, s.smoothed_score, s.liquidity_usd, more.delta_p_5m, more.delta_p_15m, more.n_5m, s.primary_dex,
           more.pool_counts, more.fetched_at, s.scoring_model, s.created_at, s.id
    FROM (SELECT DISTINCT ON (token_id) * FROM written ORDER BY token_id, created_at DESC, id DESC) AS s
    JOIN tokens ON tokens.id = s.token_id
    CROSS JOIN LATERAL latest_of_metrics(s.metrics) AS more
    ON CONFLICT ON CONSTRAINT latest_token_scores_pkey DO UPDATE SET
        (score, smoothed_score, liquidity_usd, delta_p_5m, delta_p_15m, n_5m, primary_dex, pool_counts, fetched_at,
         scoring_model, created_at, score_id) = (
        excluded.score, excluded.smoothed_score, excluded.liquidity_usd, excluded.delta_p_5m, excluded.delta_p_15m,
        excluded.n_5m, excluded.primary_dex, excluded.pool_counts, excluded.fetched_at,
        excluded.scoring_model, excluded.created_at, excluded.score_id)
    WHERE (excluded.created_at, excluded.score_id) >= (kept.created_at, kept.score_id);
    GET DIAGNOSTICS newer = ROW_COUNT;
    UPDATE tokens AS t SET (liquidity_usd, primary_dex) = (s.liquidity_usd, s.primary_dex)
    FROM written AS s
    JOIN latest_token_scores AS l ON l.token_id = s.token_id AND l.created_at = s.created_at AND l.score_id = s.id
    WHERE t.id = s.token_id AND (t.liquidity_usd, t.primary_dex) IS DISTINCT FROM (s.liquidity_usd, s.primary_dex);
    IF newer < cardinality(touched) THEN
        -- What the application has inserted may say anything, also a time to come or none.
        IF TG_OP = 'UPDATE' OR EXISTS (SELECT FROM latest_token_scores WHERE token_id = ANY (touched) AND score_id IS NULL) THEN
            PERFORM search_latest_scores(touched);
        ELSE
            -- Scores older than the newest leave a new version as well; see lock_latest_scores.
            UPDATE latest_token_scores SET token_id = token_id WHERE token_id = ANY (touched);
        END IF;
    END IF;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION keep_latest_token_score() FROM PUBLIC;

-- They fire for statements that name token_scores; for statements that name a partition each has its own, from ensure_partitions.
CREATE TRIGGER token_scores_latest_insert AFTER INSERT ON token_scores
REFERENCING NEW TABLE AS written
FOR EACH STATEMENT EXECUTE FUNCTION keep_latest_token_score();
CREATE TRIGGER token_scores_latest_update AFTER UPDATE ON token_scores
REFERENCING OLD TABLE AS removed NEW TABLE AS written
FOR EACH STATEMENT EXECUTE FUNCTION keep_latest_token_score();
CREATE TRIGGER token_scores_latest_delete AFTER DELETE ON token_scores
REFERENCING OLD TABLE AS removed
FOR EACH STATEMENT EXECUTE FUNCTION keep_latest_token_score();
CREATE TRIGGER token_scores_latest_truncate AFTER TRUNCATE ON token_scores
FOR EACH STATEMENT EXECUTE FUNCTION keep_latest_token_score();

SELECT ensure_partitions(0), refresh_latest_scores();
