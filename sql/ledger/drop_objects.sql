-- Parameter 1: the run. Tables go in one statement, because they refer to each other; nothing cascades to what others made.
DO $$
DECLARE
    this_run constant text := current_setting('ttm_wizard.parameter_1');
    names text;
    one record;
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
    DELETE FROM ttm_wizard.run WHERE id = this_run;
    IF NOT EXISTS (SELECT 1 FROM ttm_wizard.run) THEN
        DROP TABLE ttm_wizard.quarantine, ttm_wizard.chunk, ttm_wizard.object, ttm_wizard.applied, ttm_wizard.run;
        DROP SCHEMA ttm_wizard;
    END IF;
END
$$;
