-- What ties the module to the application's own tables, now that these have their keys: favorites go with their token, and the roles
-- get their rights. The tables stay with their owner, so that the application works on as it is.
ALTER TABLE user_favorites
    ADD CONSTRAINT user_favorites_token_id_fkey FOREIGN KEY (token_id) REFERENCES tokens (id) ON DELETE CASCADE;

DO $$
DECLARE
    one regclass;
BEGIN
    FOR one IN
        SELECT to_regclass(name)
        FROM unnest(ARRAY['tokens', 'token_scores', 'app_settings', 'latest_token_scores', 'alembic_version']) AS name
        WHERE to_regclass(name) IS NOT NULL
    LOOP
        EXECUTE format('REVOKE ALL ON %s FROM PUBLIC', one);
        EXECUTE format('GRANT SELECT ON %s TO tothemoon_owner, tothemoon_app, tothemoon_readonly', one);
        CONTINUE WHEN one = 'alembic_version'::regclass;
        EXECUTE format('GRANT INSERT, UPDATE, DELETE ON %s TO tothemoon_owner, tothemoon_app', one);
    END LOOP;
END
$$;
REVOKE ALL ON SEQUENCE tokens_id_seq, token_scores_id_seq FROM PUBLIC;
GRANT USAGE ON SEQUENCE tokens_id_seq, token_scores_id_seq TO tothemoon_owner, tothemoon_app;
