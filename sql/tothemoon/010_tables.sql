-- The application's tables, as its models declare them; keys, checks and indexes follow when the rows are in.
-- Scores are numeric without a scale: the source holds six decimals, and numeric(10,4) would drop two of them.

CREATE TABLE alembic_version (
    version_num varchar(32) NOT NULL
);

-- liquidity_usd and primary_dex are those of the token's newest score; see 310_latest.sql.
CREATE SEQUENCE tokens_id_seq AS integer;
CREATE TABLE tokens (
    id integer NOT NULL DEFAULT nextval('tokens_id_seq'),
    mint_address text NOT NULL,
    name text,
    symbol text,
    status varchar(20) NOT NULL,
    created_at timestamptz NOT NULL,
    last_updated_at timestamptz,
    liquidity_usd numeric(20, 2),
    primary_dex varchar(50)
);
ALTER SEQUENCE tokens_id_seq OWNED BY tokens.id;

-- The two generated columns can never be stale and never make an INSERT fail: what is missing, of another type, too large for
-- numeric(20,2) or longer than 50 characters gives NULL. CASE within CASE, because AND may look at its sides in any order.
CREATE SEQUENCE token_scores_id_seq AS bigint;
CREATE TABLE token_scores (
    id bigint NOT NULL DEFAULT nextval('token_scores_id_seq'),
    token_id integer NOT NULL,
    score numeric,
    metrics jsonb,
    created_at timestamptz NOT NULL,
    smoothed_score numeric,
    raw_components jsonb,
    smoothed_components jsonb,
    scoring_model varchar(50) NOT NULL DEFAULT 'hybrid_momentum',
    spam_metrics jsonb,
    liquidity_usd numeric(20, 2) GENERATED ALWAYS AS (
        CASE jsonb_typeof(metrics -> 'L_tot') WHEN 'number' THEN
            CASE WHEN abs((metrics -> 'L_tot')::numeric) < 999999999999999999.995 THEN (metrics -> 'L_tot')::numeric END
        END) STORED,
    primary_dex varchar(50) GENERATED ALWAYS AS (
        CASE jsonb_typeof(metrics -> 'primary_dex') WHEN 'string' THEN
            CASE WHEN char_length(metrics ->> 'primary_dex') <= 50 THEN metrics ->> 'primary_dex' END
        END) STORED
) PARTITION BY RANGE (created_at);
ALTER SEQUENCE token_scores_id_seq OWNED BY token_scores.id;

CREATE TABLE app_settings (
    key text NOT NULL,
    value text
);
