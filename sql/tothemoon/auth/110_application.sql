-- What ties the module to the application's own tables, now that these have their keys: favorites go with their token, and the roles
-- get their rights. The tables stay with their owner, so that the application works on as it is.
ALTER TABLE user_favorites
    ADD CONSTRAINT user_favorites_token_id_fkey FOREIGN KEY (token_id) REFERENCES tokens (id) ON DELETE CASCADE;

REVOKE ALL ON alembic_version, tokens, token_scores, app_settings, latest_token_scores FROM PUBLIC;
-- A month is not asked for the rights of the whole table when it is named itself.
DO $$
DECLARE
    month regclass;
BEGIN
    FOR month IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'token_scores'::regclass LOOP
        EXECUTE format('REVOKE ALL ON %s FROM PUBLIC', month);
    END LOOP;
END
$$;
REVOKE ALL ON SEQUENCE tokens_id_seq, token_scores_id_seq FROM PUBLIC;

GRANT SELECT ON alembic_version, tokens, token_scores, app_settings, latest_token_scores
TO tothemoon_owner, tothemoon_app, tothemoon_readonly;
GRANT INSERT, UPDATE, DELETE ON tokens, token_scores, app_settings, latest_token_scores TO tothemoon_owner, tothemoon_app;
GRANT USAGE ON SEQUENCE tokens_id_seq, token_scores_id_seq TO tothemoon_owner, tothemoon_app;
GRANT EXECUTE ON FUNCTION ensure_partitions(integer), refresh_latest_scores() TO tothemoon_owner, tothemoon_app;
