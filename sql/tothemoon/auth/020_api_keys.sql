-- API keys: of a key only its SHA-256 and the few characters that tell it from others. A key is as random as its hash, so a plain
-- hash is enough; nothing slower could be looked up by an index. A key goes with the membership that it was made under.
SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true);
SET LOCAL ROLE tothemoon_owner;

CREATE TABLE api_keys (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    organization_id uuid NOT NULL,
    user_id uuid NOT NULL,
    name text NOT NULL,
    key_prefix text NOT NULL,
    key_hash bytea NOT NULL,
    -- Calls a minute.
    rate_limit integer NOT NULL DEFAULT 60,
    is_active boolean NOT NULL DEFAULT true,
    expires_at timestamptz,
    last_used_at timestamptz,
    -- The minute that is being counted begins with its first call.
    window_started_at timestamptz,
    window_calls integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT api_keys_pkey PRIMARY KEY (id),
    CONSTRAINT api_keys_key_hash_key UNIQUE (key_hash),
    CONSTRAINT api_keys_membership_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES memberships (organization_id, user_id) ON DELETE CASCADE,
    CONSTRAINT ck_api_keys_name CHECK (char_length(name) BETWEEN 1 AND 100),
    CONSTRAINT ck_api_keys_key_prefix CHECK (char_length(key_prefix) BETWEEN 4 AND 12),
    CONSTRAINT ck_api_keys_key_hash CHECK (octet_length(key_hash) = 32),
    CONSTRAINT ck_api_keys_rate_limit CHECK (rate_limit BETWEEN 1 AND 1000000),
    CONSTRAINT ck_api_keys_window_calls CHECK (window_calls >= 0)
);
CREATE INDEX idx_api_keys_membership ON api_keys (organization_id, user_id);

RESET ROLE;
