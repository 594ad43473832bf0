-- The application's tables, as its models declare them; keys, checks and indexes follow when the rows are in.
-- Scores are numeric without a scale: the source holds six decimals, and numeric(10,4) would drop two of them.

CREATE TABLE alembic_version (
    version_num varchar(32) NOT NULL
);

CREATE SEQUENCE tokens_id_seq AS integer;
CREATE TABLE tokens (
    id integer NOT NULL DEFAULT nextval('tokens_id_seq'),
    mint_address text NOT NULL,
    name text,
    symbol text,
    status varchar(20) NOT NULL,
    created_at timestamptz NOT NULL,
    last_updated_at timestamptz
);
ALTER SEQUENCE tokens_id_seq OWNED BY tokens.id;

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
    spam_metrics jsonb
) PARTITION BY RANGE (created_at);
ALTER SEQUENCE token_scores_id_seq OWNED BY token_scores.id;

CREATE TABLE app_settings (
    key text NOT NULL,
    value text
);
