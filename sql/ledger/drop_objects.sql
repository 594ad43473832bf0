-- Parameter 1: the run. Tables go in one statement, because they refer to each other; nothing cascades to what others made. A role
-- that others use by now stays: one that has a member, owns something or may do something, in whatever database.
DO $$
DECLARE
    this_run constant text := current_setting('ttm_wizard.parameter_1');
    names text;
    one record;
    privileges text[];
    roles text[];
BEGIN
    SELECT string_agg(identity, ', ') INTO names FROM ttm_wizard.object WHERE run_id = this_run AND kind = 'table';
    FOR one IN
        SELECT kind, identity FROM ttm_wizard.object WHERE run_id = this_run AND kind IN ('materialized view', 'view')
    LOOP
        EXECUTE format('DROP %s IF EXISTS %s', one.kind, one.identity);
    END LOOP;
    IF names IS NOT NULL THEN
        EXECUTE 'DROP TABLE IF EXISTS ' || names;
    END IF;
    FOR one IN
        SELECT kind, identity FROM ttm_wizard.object WHERE run_id = this_run AND kind IN ('sequence', 'function')
    LOOP
        EXECUTE format('DROP %s IF EXISTS %s', one.kind, one.identity);
    END LOOP;
    SELECT array_agg(identity) FILTER (WHERE kind = 'privilege'), array_agg(identity) FILTER (WHERE kind = 'role')
    INTO privileges, roles
    FROM ttm_wizard.object WHERE run_id = this_run;
    DELETE FROM ttm_wizard.run WHERE id = this_run;
    IF NOT EXISTS (SELECT 1 FROM ttm_wizard.run) THEN
        DROP TABLE ttm_wizard.quarantine, ttm_wizard.chunk, ttm_wizard.object, ttm_wizard.applied, ttm_wizard.run;
        DROP SCHEMA ttm_wizard;
    END IF;
    FOREACH names IN ARRAY coalesce(privileges, '{}') LOOP
        BEGIN
            EXECUTE 'REVOKE ' || names;
        EXCEPTION WHEN undefined_object OR invalid_schema_name THEN
            NULL; -- gone, and the privilege with it
        END;
    END LOOP;
    FOREACH names IN ARRAY coalesce(roles, '{}') LOOP
        CONTINUE WHEN EXISTS (
            SELECT 1 FROM pg_auth_members
            WHERE roleid = to_regrole(names) AND member <> current_user::regrole OR member = to_regrole(names));
        BEGIN
            EXECUTE 'DROP ROLE IF EXISTS ' || names;
        EXCEPTION WHEN dependent_objects_still_exist THEN
            NULL; -- the caller sees that it is still there
        END;
    END LOOP;
END
$$;
