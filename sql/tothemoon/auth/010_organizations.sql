-- Organizations, their accounts, and who is a member where. The tenant of a session is the setting app.organization_id, the person
-- signed in is app.user_id; both are NULL when they are unset or no UUID, and what is compared with NULL is nobody's.
SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true);
SET LOCAL ROLE tothemoon_owner;

CREATE FUNCTION current_organization_id() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE
    WHEN current_setting('app.organization_id', true) ~ '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$'
    THEN current_setting('app.organization_id', true)::uuid
END;

CREATE FUNCTION current_user_id() RETURNS uuid
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE
    WHEN current_setting('app.user_id', true) ~ '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$'
    THEN current_setting('app.user_id', true)::uuid
END;

-- Ids are random, so that none can be guessed, counted or tried.
CREATE TABLE organizations (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT organizations_pkey PRIMARY KEY (id),
    CONSTRAINT ck_organizations_name CHECK (char_length(name) BETWEEN 1 AND 200)
);

-- An account belongs to the organization that made it; memberships say where else it may work. Emails are unique in all
-- organizations, because somebody who signs in has not said which one yet. Without a password_hash nobody signs in by password.
CREATE TABLE users (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    organization_id uuid NOT NULL,
    email text NOT NULL,
    password_hash text,
    role text NOT NULL DEFAULT 'user',
    is_active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT users_pkey PRIMARY KEY (id),
    CONSTRAINT users_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organizations (id) ON DELETE CASCADE,
    CONSTRAINT ck_users_email CHECK (char_length(email) BETWEEN 3 AND 254 AND email ~ '^[^@[:space:]]+@[^@[:space:]]+$'),
    -- The whole form of argon2, bcrypt and both spellings of scrypt: a password that only begins like a hash is refused as well.
    CONSTRAINT ck_users_password_hash CHECK (
        char_length(password_hash) <= 500
        AND (password_hash ~ '^\$argon2(i|d|id)\$(v=\d+\$)?m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+$'
            OR password_hash ~ '^\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}$'
            OR password_hash ~ '^\$scrypt\$ln=\d+,r=\d+,p=\d+\$[A-Za-z0-9+/.]+\$[A-Za-z0-9+/.]+$'
            OR password_hash ~ '^scrypt:\d+:\d+:\d+\$[^$]+\$[0-9a-f]{64,}$')),
    CONSTRAINT ck_users_role CHECK (role IN ('user', 'admin'))
);
CREATE UNIQUE INDEX users_email_key ON users (lower(email));
CREATE INDEX idx_users_organization ON users (organization_id);

CREATE TABLE memberships (
    organization_id uuid NOT NULL,
    user_id uuid NOT NULL,
    role text NOT NULL DEFAULT 'member',
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT memberships_pkey PRIMARY KEY (organization_id, user_id),
    CONSTRAINT memberships_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organizations (id) ON DELETE CASCADE,
    CONSTRAINT memberships_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT ck_memberships_role CHECK (role IN ('owner', 'admin', 'member'))
);
CREATE INDEX idx_memberships_user ON memberships (user_id);

RESET ROLE;
