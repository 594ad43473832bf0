-- The audit log: one row for each thing done, a partition a month, and nothing in it is ever changed. No foreign keys, because what is
-- noted outlives whom it is about. Old months leave by DETACH PARTITION and DROP TABLE, which only their owner can do.
SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true);
SET LOCAL ROLE tothemoon_owner;

CREATE TABLE audit_logs (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- NULL for what is done outside of every organization, which none of them sees.
    organization_id uuid,
    actor text NOT NULL,
    action text NOT NULL,
    address inet,
    old_values jsonb,
    new_values jsonb,
    CONSTRAINT audit_logs_pkey PRIMARY KEY (id, created_at),
    CONSTRAINT ck_audit_logs_actor CHECK (char_length(actor) BETWEEN 1 AND 200),
    CONSTRAINT ck_audit_logs_action CHECK (char_length(action) BETWEEN 1 AND 100),
    CONSTRAINT ck_audit_logs_old_values CHECK (jsonb_typeof(old_values) = 'object'),
    CONSTRAINT ck_audit_logs_new_values CHECK (jsonb_typeof(new_values) = 'object')
) PARTITION BY RANGE (created_at);
CREATE INDEX idx_audit_logs_organization ON audit_logs (organization_id, created_at DESC);

CREATE FUNCTION refuse_audit_change() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: the audit log is append-only', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$$;

-- The first comes to every partition by itself, also to one attached by hand. The second refuses as well what would find no row, and
-- TRUNCATE, but each table needs its own.
CREATE TRIGGER audit_logs_keep_row BEFORE UPDATE OR DELETE ON audit_logs
FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_logs_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_logs
FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();

CREATE TABLE audit_logs_default PARTITION OF audit_logs DEFAULT;

-- Makes the partitions that are missing from this month on, protects all that are not protected, and returns how many it has made.
-- Called from cron, like ensure_partitions. A month that has rows in the default partition already stays there, with a warning:
-- an append-only row cannot be moved.
CREATE FUNCTION ensure_audit_partitions(months_ahead integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT
SET "TimeZone" = 'UTC'
SET "DateStyle" = 'ISO'
SET lock_timeout = '5s'
AS $$
DECLARE
    made integer := 0;
    month timestamptz;
    part regclass;
BEGIN
    IF months_ahead IS NULL OR months_ahead NOT BETWEEN 0 AND 120 THEN
        RAISE EXCEPTION 'months_ahead is %, and has to be from 0 to 120', coalesce(months_ahead::text, 'NULL')
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    LOCK TABLE ONLY audit_logs IN SHARE UPDATE EXCLUSIVE MODE;
    FOR month IN
        SELECT wanted
        FROM generate_series(date_trunc('month', now()), date_trunc('month', now()) + make_interval(months => months_ahead), interval '1 month') AS wanted
        WHERE NOT EXISTS (
            SELECT FROM pg_inherits
            WHERE inhparent = 'audit_logs'::regclass AND inhrelid = to_regclass(to_char(wanted, '"audit_logs_"YYYY_MM')))
    LOOP
        BEGIN
            EXECUTE format(
                'CREATE TABLE %I PARTITION OF audit_logs FOR VALUES FROM (%L) TO (%L)',
                to_char(month, '"audit_logs_"YYYY_MM'), month, month + interval '1 month');
            made := made + 1;
        EXCEPTION
            WHEN check_violation THEN
                RAISE WARNING '% stays in audit_logs_default, which has rows of it', to_char(month, 'YYYY-MM');
            WHEN duplicate_table THEN
                RAISE WARNING '% goes to audit_logs_default: the table of its name is no partition', to_char(month, 'YYYY-MM');
        END;
    END LOOP;
    FOR part IN
        SELECT inhrelid::regclass FROM pg_inherits
        WHERE inhparent = 'audit_logs'::regclass
          AND NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = inhrelid AND tgname = 'audit_logs_append_only')
    LOOP
        -- Whoever asks a partition directly is under its own policies, and it has none.
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', part);
        EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', part);
        EXECUTE format(
            'CREATE TRIGGER audit_logs_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()',
            part);
    END LOOP;
    RETURN made;
END
$$;
COMMENT ON FUNCTION ensure_audit_partitions(integer) IS
    'makes the monthly partitions of audit_logs from this month on; from cron, once a day';
SELECT ensure_audit_partitions(3);

-- A document without passwords, keys and their hashes, however deep in it they stand; hashed_password is what the later application's own
-- models call it.
CREATE FUNCTION without_secrets(document jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE
SET search_path FROM CURRENT
AS $$
BEGIN
    CASE jsonb_typeof(document)
        WHEN 'object' THEN
            RETURN (
                SELECT coalesce(jsonb_object_agg(key, without_secrets(value)), '{}')
                FROM jsonb_each(document)
                WHERE lower(key) NOT IN ('password', 'password_hash', 'hashed_password', 'api_key', 'key_hash'));
        WHEN 'array' THEN
            RETURN (
                SELECT coalesce(jsonb_agg(without_secrets(value) ORDER BY place), '[]')
                FROM jsonb_array_elements(document) WITH ORDINALITY AS element (value, place));
        ELSE
            RETURN document;
    END CASE;
END
$$;

-- Notes what has been done, for the organization of the session. The time and the organization are not the caller's to choose; passwords,
-- keys and their hashes are left out of the values.
CREATE FUNCTION audit(
    action text,
    actor text DEFAULT NULL,
    address inet DEFAULT NULL,
    old_values jsonb DEFAULT NULL,
    new_values jsonb DEFAULT NULL) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
DECLARE
    entry constant uuid := gen_random_uuid();
BEGIN
    INSERT INTO audit_logs (id, organization_id, actor, action, address, old_values, new_values)
    VALUES (
        entry,
        current_organization_id(),
        coalesce(actor, current_user_id()::text, session_user),
        action,
        coalesce(address, inet_client_addr()),
        without_secrets(old_values),
        without_secrets(new_values));
    RETURN entry;
END
$$;

RESET ROLE;
