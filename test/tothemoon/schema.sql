CREATE FUNCTION public.ensure_partitions(months_ahead integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO'
    SET lock_timeout TO '200ms'
    AS $_$
DECLARE
    attempts constant integer := 100;
    missing_months constant text := $query$
        SELECT to_char(month, '"token_scores_"YYYY_MM') AS name, month::text AS low, (month + interval '1 month')::text AS high
        FROM generate_series(date_trunc('month', now()), date_trunc('month', now()) + make_interval(months => $1), interval '1 month') AS month
        WHERE NOT EXISTS (
            SELECT FROM pg_inherits
            JOIN pg_class AS part ON part.oid = inhrelid
            WHERE inhparent = 'token_scores'::regclass
              AND pg_get_expr(relpartbound, part.oid) = format('FOR VALUES FROM (%L) TO (%L)', month, month + interval '1 month'))
        ORDER BY month$query$;
    -- Without the generated ones.
    columns constant text := (
        SELECT string_agg(quote_ident(attname), ', ')
        FROM pg_attribute
        WHERE attrelid = 'token_scores'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '');
    -- Triggers of 310_latest.sql, which fire for statements that name their table, and which a partition has not by itself.
    missing_triggers constant text := $query$
        SELECT replace(pg_get_triggerdef(tg.oid, true), format(' ON %s ', tgrelid::regclass), format(' ON %s ', inhrelid::regclass)) AS definition
        FROM pg_trigger AS tg
        JOIN pg_inherits ON inhparent = tgrelid
        WHERE tgrelid = 'token_scores'::regclass AND tgname LIKE 'token\_scores\_latest\_%'
          AND NOT EXISTS (SELECT FROM pg_trigger AS own WHERE own.tgrelid = inhrelid AND own.tgname = tg.tgname)$query$;
    is_missing boolean;
    is_incomplete boolean;
    on_delete "char";
    made integer := 0;
    in_use_by text;
    month record;
    trigger record;
BEGIN
    IF months_ahead IS NULL OR months_ahead NOT BETWEEN 0 AND 120 THEN
        RAISE EXCEPTION 'months_ahead is %, and has to be from 0 to 120', coalesce(months_ahead::text, 'NULL')
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    EXECUTE format('SELECT EXISTS (%s)', missing_months) INTO is_missing USING months_ahead;
    EXECUTE format('SELECT EXISTS (%s) OR $1', missing_triggers) INTO is_incomplete USING is_missing;
    IF NOT is_incomplete THEN
        RETURN 0;
    END IF;
    -- Writers wait from here on instead of failing on a partition that comes into being under them. All three locks at the
    -- beginning, each for a fifth of a second at most, then all over again: whoever waits for us while we wait for him never gets as
    -- far as a deadlock, which is looked for after a second.
    FOR attempt IN 1..attempts LOOP
        BEGIN
            LOCK TABLE tokens IN SHARE ROW EXCLUSIVE MODE;
            LOCK TABLE ONLY token_scores IN SHARE ROW EXCLUSIVE MODE;
            IF is_missing THEN
                LOCK TABLE token_scores_default IN ACCESS EXCLUSIVE MODE;
            END IF;
            EXIT;
        EXCEPTION WHEN lock_not_available THEN
            IF attempt < attempts THEN
                PERFORM pg_sleep(0.2);
                CONTINUE;
            END IF;
            -- The longest first.
            SELECT string_agg(
                concat_ws(' ', 'session', pid, 'of', coalesce(usename, backend_type), application_name, state, 'since ' || xact_start), '; ')
            INTO in_use_by
            FROM (
                SELECT * FROM pg_stat_activity
                WHERE pid <> pg_backend_pid() AND pid IN (
                    SELECT pid FROM pg_locks
                    WHERE granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND (
                        relation = 'token_scores_default'::regclass
                        OR relation IN ('tokens'::regclass, 'token_scores'::regclass) AND mode NOT IN ('AccessShareLock', 'RowShareLock')))
                ORDER BY xact_start
                LIMIT 3) AS holder;
            RAISE EXCEPTION 'token_scores is in use, and nothing has been made: %',
                coalesce(in_use_by, 'by a session that has gone, or a transaction of pg_prepared_xacts')
            USING ERRCODE = 'lock_not_available', HINT =
                'Run it again when those have ended their transactions, or end one by SELECT pg_terminate_backend(its number).';
        END;
    END LOOP;
    -- The rows that move are the same before and after, so what is derived from them has not to be searched for twice.
    on_delete := (
        SELECT tgenabled FROM pg_trigger
        WHERE tgrelid = 'token_scores_default'::regclass AND tgname = 'token_scores_latest_delete');
    IF is_missing AND on_delete <> 'D' THEN
        ALTER TABLE token_scores_default DISABLE TRIGGER token_scores_latest_delete;
    END IF;
    -- Once more: another call may have made them meanwhile.
    FOR month IN EXECUTE missing_months USING months_ahead LOOP
        IF to_regclass(month.name) IS NOT NULL THEN
            RAISE EXCEPTION '% is there already, and is not the partition of its month; nothing has been made', month.name
            USING ERRCODE = 'duplicate_table', HINT = format(
                'Attach it again: ALTER TABLE token_scores ATTACH PARTITION %1$I FOR VALUES FROM (%2$L) TO (%3$L); or give it another name: ALTER TABLE %1$I RENAME TO %4$I;',
                month.name, month.low, month.high, month.name || '_old');
        END IF;
        EXECUTE format('CREATE TABLE %I (LIKE token_scores INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING CONSTRAINTS INCLUDING STORAGE INCLUDING COMPRESSION)', month.name);
        -- Default privileges may open new tables to everybody; nobody but their owner needs a month by its own name.
        EXECUTE format('REVOKE ALL ON %I FROM PUBLIC', month.name);
        EXECUTE format(
            'WITH moved AS (DELETE FROM token_scores_default WHERE created_at >= %L AND created_at < %L RETURNING %s) INSERT INTO %I (%3$s) SELECT %3$s FROM moved',
            month.low, month.high, columns, month.name);
        -- Unlike CREATE TABLE … PARTITION OF, this lets readers of the other partitions go on.
        EXECUTE format('ALTER TABLE token_scores ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', month.name, month.low, month.high);
        made := made + 1;
    END LOOP;
    IF is_missing AND on_delete <> 'D' THEN
        EXECUTE format(
            'ALTER TABLE token_scores_default ENABLE %s TRIGGER token_scores_latest_delete',
            CASE on_delete WHEN 'A' THEN 'ALWAYS' WHEN 'R' THEN 'REPLICA' ELSE '' END);
    END IF;
    FOR trigger IN EXECUTE missing_triggers LOOP
        EXECUTE trigger.definition;
    END LOOP;
    RETURN made;
END
$_$;

COMMENT ON FUNCTION public.ensure_partitions(months_ahead integer) IS 'makes the monthly partitions of token_scores from this month on; from cron, once a day';

CREATE FUNCTION public.keep_latest_token_score() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
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

CREATE FUNCTION public.latest_of_metrics(metrics jsonb, OUT delta_p_5m numeric, OUT delta_p_15m numeric, OUT n_5m numeric, OUT pool_counts jsonb, OUT fetched_at timestamp with time zone) RETURNS record
    LANGUAGE plpgsql STABLE
    SET search_path TO 'public', 'pg_temp'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO, MDY'
    AS $_$
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
$_$;

CREATE FUNCTION public.lock_latest_scores(of_tokens integer[]) RETURNS integer[]
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

CREATE FUNCTION public.newest_scores(of_tokens integer[]) RETURNS TABLE(token_id integer, score numeric, smoothed_score numeric, liquidity_usd numeric, delta_p_5m numeric, delta_p_15m numeric, n_5m numeric, primary_dex character varying, pool_counts jsonb, fetched_at timestamp with time zone, scoring_model character varying, created_at timestamp with time zone, score_id bigint)
    LANGUAGE sql STABLE
    AS $$
    SELECT t.id, s.score, s.smoothed_score, s.liquidity_usd, more.delta_p_5m, more.delta_p_15m, more.n_5m, s.primary_dex,
           more.pool_counts, more.fetched_at, s.scoring_model, s.created_at, s.id
    FROM tokens AS t
    CROSS JOIN LATERAL (SELECT * FROM token_scores WHERE token_id = t.id ORDER BY created_at DESC, id DESC LIMIT 1) AS s
    CROSS JOIN LATERAL latest_of_metrics(s.metrics) AS more
    WHERE t.id = ANY (of_tokens)
$$;

CREATE FUNCTION public.refresh_latest_scores() RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
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

COMMENT ON FUNCTION public.refresh_latest_scores() IS 'makes latest_token_scores and tokens true after a month was dropped, detached or attached';

CREATE FUNCTION public.search_latest_scores(of_tokens integer[]) RETURNS void
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

CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);

CREATE TABLE public.app_settings (
    key text NOT NULL,
    value text
);

CREATE TABLE public.latest_token_scores (
    token_id integer NOT NULL,
    score numeric,
    smoothed_score numeric,
    liquidity_usd numeric(20,2),
    delta_p_5m numeric,
    delta_p_15m numeric,
    n_5m numeric,
    primary_dex text,
    pool_counts jsonb,
    fetched_at timestamp with time zone,
    scoring_model character varying(50),
    created_at timestamp with time zone,
    score_id bigint
);

CREATE TABLE public.token_scores (
    id bigint NOT NULL,
    token_id integer NOT NULL,
    score numeric,
    metrics jsonb,
    created_at timestamp with time zone NOT NULL,
    smoothed_score numeric,
    raw_components jsonb,
    smoothed_components jsonb,
    scoring_model character varying(50) DEFAULT 'hybrid_momentum'::character varying NOT NULL,
    spam_metrics jsonb,
    liquidity_usd numeric(20,2) GENERATED ALWAYS AS (
CASE jsonb_typeof((metrics -> 'L_tot'::text))
    WHEN 'number'::text THEN
    CASE
        WHEN (abs(((metrics -> 'L_tot'::text))::numeric) < 999999999999999999.995) THEN ((metrics -> 'L_tot'::text))::numeric
        ELSE NULL::numeric
    END
    ELSE NULL::numeric
END) STORED,
    primary_dex character varying(50) GENERATED ALWAYS AS (
CASE jsonb_typeof((metrics -> 'primary_dex'::text))
    WHEN 'string'::text THEN
    CASE
        WHEN (char_length((metrics ->> 'primary_dex'::text)) <= 50) THEN (metrics ->> 'primary_dex'::text)
        ELSE NULL::text
    END
    ELSE NULL::text
END) STORED
)
PARTITION BY RANGE (created_at);

CREATE SEQUENCE public.token_scores_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.token_scores_id_seq OWNED BY public.token_scores.id;

CREATE TABLE public.token_scores_default (
    id bigint DEFAULT nextval('public.token_scores_id_seq'::regclass) NOT NULL,
    token_id integer NOT NULL,
    score numeric,
    metrics jsonb,
    created_at timestamp with time zone NOT NULL,
    smoothed_score numeric,
    raw_components jsonb,
    smoothed_components jsonb,
    scoring_model character varying(50) DEFAULT 'hybrid_momentum'::character varying NOT NULL,
    spam_metrics jsonb,
    liquidity_usd numeric(20,2) GENERATED ALWAYS AS (
CASE jsonb_typeof((metrics -> 'L_tot'::text))
    WHEN 'number'::text THEN
    CASE
        WHEN (abs(((metrics -> 'L_tot'::text))::numeric) < 999999999999999999.995) THEN ((metrics -> 'L_tot'::text))::numeric
        ELSE NULL::numeric
    END
    ELSE NULL::numeric
END) STORED,
    primary_dex character varying(50) GENERATED ALWAYS AS (
CASE jsonb_typeof((metrics -> 'primary_dex'::text))
    WHEN 'string'::text THEN
    CASE
        WHEN (char_length((metrics ->> 'primary_dex'::text)) <= 50) THEN (metrics ->> 'primary_dex'::text)
        ELSE NULL::text
    END
    ELSE NULL::text
END) STORED
);

CREATE TABLE public.tokens (
    id integer NOT NULL,
    mint_address text NOT NULL,
    name text,
    symbol text,
    status character varying(20) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    last_updated_at timestamp with time zone,
    liquidity_usd numeric(20,2),
    primary_dex character varying(50),
    CONSTRAINT ck_tokens_status CHECK (((status)::text = ANY ((ARRAY['monitoring'::character varying, 'active'::character varying, 'archived'::character varying])::text[])))
);

CREATE SEQUENCE public.tokens_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.tokens_id_seq OWNED BY public.tokens.id;

ALTER TABLE ONLY public.token_scores ATTACH PARTITION public.token_scores_default DEFAULT;

ALTER TABLE ONLY public.token_scores ALTER COLUMN id SET DEFAULT nextval('public.token_scores_id_seq'::regclass);

ALTER TABLE ONLY public.tokens ALTER COLUMN id SET DEFAULT nextval('public.tokens_id_seq'::regclass);

ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);

ALTER TABLE ONLY public.app_settings
    ADD CONSTRAINT app_settings_pkey PRIMARY KEY (key);

ALTER TABLE ONLY public.latest_token_scores
    ADD CONSTRAINT latest_token_scores_pkey PRIMARY KEY (token_id);

ALTER TABLE ONLY public.token_scores
    ADD CONSTRAINT token_scores_pkey PRIMARY KEY (id, created_at);

ALTER TABLE ONLY public.token_scores_default
    ADD CONSTRAINT token_scores_default_pkey PRIMARY KEY (id, created_at);

ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT tokens_mint_address_key UNIQUE (mint_address);

ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT tokens_pkey PRIMARY KEY (id);

CREATE INDEX idx_token_scores_dex ON ONLY public.token_scores USING btree (primary_dex, token_id);

COMMENT ON INDEX public.idx_token_scores_dex IS 'requirement: tokens that have scores of one dex (metrics primary_dex)';

CREATE INDEX idx_token_scores_liquidity ON ONLY public.token_scores USING btree (liquidity_usd);

COMMENT ON INDEX public.idx_token_scores_liquidity IS 'requirement: scores above a liquidity (metrics L_tot)';

CREATE INDEX idx_token_scores_smoothed ON ONLY public.token_scores USING btree (smoothed_score DESC NULLS LAST);

COMMENT ON INDEX public.idx_token_scores_smoothed IS 'requirement: scores ORDER BY smoothed_score DESC NULLS LAST, or ASC NULLS FIRST';

CREATE INDEX idx_token_scores_token_created ON ONLY public.token_scores USING btree (token_id, created_at DESC, id DESC);

COMMENT ON INDEX public.idx_token_scores_token_created IS 'GET /tokens, GET /tokens/{mint}, scheduler, archiver: the newest scores of a token; foreign key token_id';

CREATE INDEX idx_tokens_active ON public.tokens USING btree (status, last_updated_at NULLS FIRST, created_at DESC) WHERE ((status)::text <> 'archived'::text);

COMMENT ON INDEX public.idx_tokens_active IS 'GET /tokens, monitoring counts: the tokens that are not archived';

CREATE INDEX idx_tokens_liquidity ON public.tokens USING btree (liquidity_usd);

COMMENT ON INDEX public.idx_tokens_liquidity IS 'later application: tokens by liquidity';

CREATE INDEX idx_tokens_primary_dex ON public.tokens USING btree (primary_dex);

COMMENT ON INDEX public.idx_tokens_primary_dex IS 'later application: tokens of one dex';

CREATE INDEX idx_tokens_status ON public.tokens USING btree (status);

COMMENT ON INDEX public.idx_tokens_status IS 'GET /tokens?statuses=…, scheduler, activation, archiver, data freshness, token monitor: tokens by status';

CREATE INDEX token_scores_default_liquidity_usd_idx ON public.token_scores_default USING btree (liquidity_usd);

CREATE INDEX token_scores_default_primary_dex_token_id_idx ON public.token_scores_default USING btree (primary_dex, token_id);

CREATE INDEX token_scores_default_smoothed_score_idx ON public.token_scores_default USING btree (smoothed_score DESC NULLS LAST);

CREATE INDEX token_scores_default_token_id_created_at_id_idx ON public.token_scores_default USING btree (token_id, created_at DESC, id DESC);

ALTER INDEX public.idx_token_scores_liquidity ATTACH PARTITION public.token_scores_default_liquidity_usd_idx;

ALTER INDEX public.token_scores_pkey ATTACH PARTITION public.token_scores_default_pkey;

ALTER INDEX public.idx_token_scores_dex ATTACH PARTITION public.token_scores_default_primary_dex_token_id_idx;

ALTER INDEX public.idx_token_scores_smoothed ATTACH PARTITION public.token_scores_default_smoothed_score_idx;

ALTER INDEX public.idx_token_scores_token_created ATTACH PARTITION public.token_scores_default_token_id_created_at_id_idx;

CREATE TRIGGER token_scores_latest_delete AFTER DELETE ON public.token_scores REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.keep_latest_token_score();

CREATE TRIGGER token_scores_latest_delete AFTER DELETE ON public.token_scores_default REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.keep_latest_token_score();

CREATE TRIGGER token_scores_latest_insert AFTER INSERT ON public.token_scores REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION public.keep_latest_token_score();

CREATE TRIGGER token_scores_latest_insert AFTER INSERT ON public.token_scores_default REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION public.keep_latest_token_score();

CREATE TRIGGER token_scores_latest_truncate AFTER TRUNCATE ON public.token_scores FOR EACH STATEMENT EXECUTE FUNCTION public.keep_latest_token_score();

CREATE TRIGGER token_scores_latest_truncate AFTER TRUNCATE ON public.token_scores_default FOR EACH STATEMENT EXECUTE FUNCTION public.keep_latest_token_score();

CREATE TRIGGER token_scores_latest_update AFTER UPDATE ON public.token_scores REFERENCING OLD TABLE AS removed NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION public.keep_latest_token_score();

CREATE TRIGGER token_scores_latest_update AFTER UPDATE ON public.token_scores_default REFERENCING OLD TABLE AS removed NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION public.keep_latest_token_score();

ALTER TABLE ONLY public.latest_token_scores
    ADD CONSTRAINT latest_token_scores_token_id_fkey FOREIGN KEY (token_id) REFERENCES public.tokens(id) ON DELETE CASCADE;

ALTER TABLE public.token_scores
    ADD CONSTRAINT token_scores_token_id_fkey FOREIGN KEY (token_id) REFERENCES public.tokens(id) ON DELETE CASCADE;

REVOKE ALL ON FUNCTION public.ensure_partitions(months_ahead integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.keep_latest_token_score() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.latest_of_metrics(metrics jsonb, OUT delta_p_5m numeric, OUT delta_p_15m numeric, OUT n_5m numeric, OUT pool_counts jsonb, OUT fetched_at timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.lock_latest_scores(of_tokens integer[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.newest_scores(of_tokens integer[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.refresh_latest_scores() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.search_latest_scores(of_tokens integer[]) FROM PUBLIC;
