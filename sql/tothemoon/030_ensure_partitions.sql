-- ensure_partitions(months_ahead) makes the partitions that are missing from this month on, moves what lies in the default
-- partition for them, and returns how many it has made. Called from cron, by the role that owns the tables; another role needs
-- GRANT EXECUTE. Without it rows go to the default partition and nothing fails. It also gives partitions the triggers that they lack.
SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true);

CREATE FUNCTION ensure_partitions(months_ahead integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT
SET "TimeZone" = 'UTC'
SET "DateStyle" = 'ISO'
SET lock_timeout = '200ms'
AS $$
DECLARE
    attempts constant integer := 100;
    missing_months constant text := $query$
        SELECT to_char(month, '"token_scores_"YYYY_MM') AS name, month::text AS low, (month + interval '1 month')::text AS high
        FROM generate_series(date_trunc('month', now()), date_trunc('month', now()) + make_interval(months => $1), interval '1 month') AS month
        WHERE NOT EXISTS (
            SELECT FROM pg_inherits
            JOIN pg_class AS part ON part.oid = inhrelid
            WHERE inhparent = 'token_scores'::regclass
              AND pg_get_expr(relpartbound, part.oid) = format('FOR VALUES FROM (%L) TO (%L)', month, month + interval '1 month'))
        ORDER BY month$query$;
    -- Without the generated ones.
    columns constant text := (
        SELECT string_agg(quote_ident(attname), ', ')
        FROM pg_attribute
        WHERE attrelid = 'token_scores'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '');
    -- Triggers of 310_latest.sql, which fire for statements that name their table, and which a partition has not by itself.
    missing_triggers constant text := $query$
        SELECT replace(pg_get_triggerdef(tg.oid, true), format(' ON %s ', tgrelid::regclass), format(' ON %s ', inhrelid::regclass)) AS definition
        FROM pg_trigger AS tg
        JOIN pg_inherits ON inhparent = tgrelid
        WHERE tgrelid = 'token_scores'::regclass AND tgname LIKE 'token\_scores\_latest\_%'
          AND NOT EXISTS (SELECT FROM pg_trigger AS own WHERE own.tgrelid = inhrelid AND own.tgname = tg.tgname)$query$;
    is_missing boolean;
    is_incomplete boolean;
    on_delete "char";
    made integer := 0;
    in_use_by text;
    month record;
    trigger record;
BEGIN
    IF months_ahead IS NULL OR months_ahead NOT BETWEEN 0 AND 120 THEN
        RAISE EXCEPTION 'months_ahead is %, and has to be from 0 to 120', coalesce(months_ahead::text, 'NULL')
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    EXECUTE format('SELECT EXISTS (%s)', missing_months) INTO is_missing USING months_ahead;
    EXECUTE format('SELECT EXISTS (%s) OR $1', missing_triggers) INTO is_incomplete USING is_missing;
    IF NOT is_incomplete THEN
        RETURN 0;
    END IF;
    -- Writers wait from here on instead of failing on a partition that comes into being under them. All three locks at the
    -- beginning, each for a fifth of a second at most, then all over again: whoever waits for us while we wait for him never gets as
    -- far as a deadlock, which is looked for after a second.
    FOR attempt IN 1..attempts LOOP
        BEGIN
            LOCK TABLE tokens IN SHARE ROW EXCLUSIVE MODE;
            LOCK TABLE ONLY token_scores IN SHARE ROW EXCLUSIVE MODE;
            IF is_missing THEN
                LOCK TABLE token_scores_default IN ACCESS EXCLUSIVE MODE;
            END IF;
            EXIT;
        EXCEPTION WHEN lock_not_available THEN
            IF attempt < attempts THEN
                PERFORM pg_sleep(0.2);
                CONTINUE;
            END IF;
            -- The longest first.
            SELECT string_agg(
                concat_ws(' ', 'session', pid, 'of', coalesce(usename, backend_type), application_name, state, 'since ' || xact_start), '; ')
            INTO in_use_by
            FROM (
                SELECT * FROM pg_stat_activity
                WHERE pid <> pg_backend_pid() AND pid IN (
                    SELECT pid FROM pg_locks
                    WHERE granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND (
                        relation = 'token_scores_default'::regclass
                        OR relation IN ('tokens'::regclass, 'token_scores'::regclass) AND mode NOT IN ('AccessShareLock', 'RowShareLock')))
                ORDER BY xact_start
                LIMIT 3) AS holder;
            RAISE EXCEPTION 'token_scores is in use, and nothing has been made: %',
                coalesce(in_use_by, 'by a session that has gone, or a transaction of pg_prepared_xacts')
            USING ERRCODE = 'lock_not_available', HINT =
                'Run it again when those have ended their transactions, or end one by SELECT pg_terminate_backend(its number).';
        END;
    END LOOP;
    -- The rows that move are the same before and after, so what is derived from them has not to be searched for twice.
    on_delete := (
        SELECT tgenabled FROM pg_trigger
        WHERE tgrelid = 'token_scores_default'::regclass AND tgname = 'token_scores_latest_delete');
    IF is_missing AND on_delete <> 'D' THEN
        ALTER TABLE token_scores_default DISABLE TRIGGER token_scores_latest_delete;
    END IF;
    -- Once more: another call may have made them meanwhile.
    FOR month IN EXECUTE missing_months USING months_ahead LOOP
        IF to_regclass(month.name) IS NOT NULL THEN
            RAISE EXCEPTION '% is there already, and is not the partition of its month; nothing has been made', month.name
            USING ERRCODE = 'duplicate_table', HINT = format(
                'Attach it again: ALTER TABLE token_scores ATTACH PARTITION %1$I FOR VALUES FROM (%2$L) TO (%3$L); or give it another name: ALTER TABLE %1$I RENAME TO %4$I;',
                month.name, month.low, month.high, month.name || '_old');
        END IF;
        EXECUTE format('CREATE TABLE %I (LIKE token_scores INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING CONSTRAINTS INCLUDING STORAGE INCLUDING COMPRESSION)', month.name);
        -- Default privileges may open new tables to everybody; nobody but their owner needs a month by its own name.
        EXECUTE format('REVOKE ALL ON %I FROM PUBLIC', month.name);
        EXECUTE format(
            'WITH moved AS (DELETE FROM token_scores_default WHERE created_at >= %L AND created_at < %L RETURNING %s) INSERT INTO %I (%3$s) SELECT %3$s FROM moved',
            month.low, month.high, columns, month.name);
        -- Unlike CREATE TABLE … PARTITION OF, this lets readers of the other partitions go on.
        EXECUTE format('ALTER TABLE token_scores ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', month.name, month.low, month.high);
        made := made + 1;
    END LOOP;
    IF is_missing AND on_delete <> 'D' THEN
        EXECUTE format(
            'ALTER TABLE token_scores_default ENABLE %s TRIGGER token_scores_latest_delete',
            CASE on_delete WHEN 'A' THEN 'ALWAYS' WHEN 'R' THEN 'REPLICA' ELSE '' END);
    END IF;
    FOR trigger IN EXECUTE missing_triggers LOOP
        EXECUTE trigger.definition;
    END LOOP;
    RETURN made;
END
$$;
REVOKE ALL ON FUNCTION ensure_partitions(integer) FROM PUBLIC;
COMMENT ON FUNCTION ensure_partitions(integer) IS
    'makes the monthly partitions of token_scores from this month on; from cron, once a day';

SELECT ensure_partitions(3);
