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
    is_missing boolean;
    has_trigger boolean;
    made integer := 0;
    month record;
BEGIN
    IF months_ahead IS NULL OR months_ahead NOT BETWEEN 0 AND 120 THEN
        RAISE EXCEPTION 'months_ahead is %, and has to be from 0 to 120', coalesce(months_ahead::text, 'NULL')
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    EXECUTE format('SELECT EXISTS (%s)', missing_months) INTO is_missing USING months_ahead;
    IF NOT is_missing THEN
        RETURN 0;
    END IF;
    -- Writers wait from here on instead of failing on a partition that comes into being under them. All three locks at the
    -- beginning, each for a fifth of a second at most, then all over again: whoever waits for us while we wait for him never gets as
    -- far as a deadlock, which is looked for after a second.
    FOR attempt IN 1..attempts LOOP
        BEGIN
            LOCK TABLE tokens IN SHARE ROW EXCLUSIVE MODE;
            LOCK TABLE ONLY token_scores IN SHARE ROW EXCLUSIVE MODE;
            LOCK TABLE token_scores_default IN ACCESS EXCLUSIVE MODE;
            EXIT;
        EXCEPTION WHEN lock_not_available THEN
            IF attempt = attempts THEN
                RAISE;
            END IF;
        END;
        PERFORM pg_sleep(0.2);
    END LOOP;
    -- The rows that move are the same before and after, so what is derived from them has not to look at them twice.
    has_trigger := EXISTS (
        SELECT FROM pg_trigger
        WHERE tgrelid = 'token_scores_default'::regclass AND tgname = 'token_scores_latest' AND tgenabled = 'O');
    IF has_trigger THEN
        ALTER TABLE token_scores_default DISABLE TRIGGER token_scores_latest;
    END IF;
    -- Once more: another call may have made them meanwhile.
    FOR month IN EXECUTE missing_months USING months_ahead LOOP
        EXECUTE format('CREATE TABLE %I (LIKE token_scores INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING STORAGE INCLUDING COMPRESSION)', month.name);
        EXECUTE format(
            'WITH moved AS (DELETE FROM token_scores_default WHERE created_at >= %L AND created_at < %L RETURNING %s) INSERT INTO %I (%3$s) SELECT %3$s FROM moved',
            month.low, month.high, columns, month.name);
        -- Unlike CREATE TABLE … PARTITION OF, this lets readers of the other partitions go on.
        EXECUTE format('ALTER TABLE token_scores ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', month.name, month.low, month.high);
        made := made + 1;
    END LOOP;
    IF has_trigger THEN
        ALTER TABLE token_scores_default ENABLE TRIGGER token_scores_latest;
    END IF;
    RETURN made;
END
$_$;

COMMENT ON FUNCTION public.ensure_partitions(months_ahead integer) IS 'makes the monthly partitions of token_scores from this month on; from cron, once a day';

CREATE FUNCTION public.keep_latest_token_score() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
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

CREATE TRIGGER token_scores_latest AFTER INSERT OR DELETE OR UPDATE ON public.token_scores FOR EACH ROW EXECUTE FUNCTION public.keep_latest_token_score();

ALTER TABLE ONLY public.latest_token_scores
    ADD CONSTRAINT latest_token_scores_token_id_fkey FOREIGN KEY (token_id) REFERENCES public.tokens(id) ON DELETE CASCADE;

ALTER TABLE public.token_scores
    ADD CONSTRAINT token_scores_token_id_fkey FOREIGN KEY (token_id) REFERENCES public.tokens(id) ON DELETE CASCADE;

REVOKE ALL ON FUNCTION public.ensure_partitions(months_ahead integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.keep_latest_token_score() FROM PUBLIC;

REVOKE ALL ON FUNCTION public.latest_of_metrics(metrics jsonb, OUT delta_p_5m numeric, OUT delta_p_15m numeric, OUT n_5m numeric, OUT pool_counts jsonb, OUT fetched_at timestamp with time zone) FROM PUBLIC;
