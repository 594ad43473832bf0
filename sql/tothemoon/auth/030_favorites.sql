-- Favorites: tokens that a member has marked. The foreign key to tokens follows when tokens has its primary key.
SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true);
SET LOCAL ROLE tothemoon_owner;

CREATE TABLE user_favorites (
    organization_id uuid NOT NULL,
    user_id uuid NOT NULL,
    token_id integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT user_favorites_pkey PRIMARY KEY (organization_id, user_id, token_id),
    CONSTRAINT user_favorites_membership_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES memberships (organization_id, user_id) ON DELETE CASCADE
);
CREATE INDEX idx_user_favorites_token ON user_favorites (token_id);

RESET ROLE;
