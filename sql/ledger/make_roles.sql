-- Makes the roles that the cluster lacks, and lets all of them use the schema. Parameter 1: the run; 2: the roles as a JSON array
-- of {name, isOwner}. A role that was there before is not altered, and what is granted here is noted, so that an undo takes it back.
DO $$
DECLARE
    this_run constant text := current_setting('ttm_wizard.parameter_1');
    one record;
    privilege text;
    granted text;
BEGIN
    FOR one IN
        SELECT name, coalesce("isOwner", false) AS is_owner
        FROM jsonb_to_recordset(current_setting('ttm_wizard.parameter_2')::jsonb) AS wanted (name text, "isOwner" boolean)
    LOOP
        IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = one.name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', one.name);
            INSERT INTO ttm_wizard.object (run_id, kind, identity) VALUES (this_run, 'role', format('%I', one.name));
        END IF;
        -- From version 16 on a member has only what its membership says; until then, what the role itself says.
        IF one.is_owner AND NOT pg_has_role(one.name, 'USAGE') THEN
            EXECUTE format('GRANT %I TO CURRENT_USER', one.name)
                || CASE WHEN current_setting('server_version_num')::int >= 160000 THEN ' WITH INHERIT TRUE, SET TRUE' ELSE '' END;
        END IF;
        FOREACH privilege IN ARRAY CASE WHEN one.is_owner THEN ARRAY['USAGE', 'CREATE'] ELSE ARRAY['USAGE'] END LOOP
            CONTINUE WHEN has_schema_privilege(one.name, current_schema(), privilege);
            granted := format('%s ON SCHEMA %I', privilege, current_schema());
            EXECUTE format('GRANT %s TO %I', granted, one.name);
            INSERT INTO ttm_wizard.object (run_id, kind, identity)
            VALUES (this_run, 'privilege', format('%s FROM %I', granted, one.name));
        END LOOP;
    END LOOP;
END
$$;
