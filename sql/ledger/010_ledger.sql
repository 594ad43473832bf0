-- The wizard's own tables in the target. A chunk's rows and its row here commit in one transaction, so what the ledger says
-- is in, is in.
-- Without IF NOT EXISTS, which asks for the right to create schemas even where there is nothing to create.
DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = 'ttm_wizard') THEN
        CREATE SCHEMA ttm_wizard;
    END IF;
END
$$;

CREATE TABLE IF NOT EXISTS ttm_wizard.run (
    id text PRIMARY KEY,
    plan text NOT NULL,
    source text NOT NULL,
    snapshot_sha256 text NOT NULL,
    wizard_version text NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now()
);

-- SQL files that have been applied, each in the transaction that applied it.
CREATE TABLE IF NOT EXISTS ttm_wizard.applied (
    run_id text NOT NULL REFERENCES ttm_wizard.run (id) ON DELETE CASCADE,
    file text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (run_id, file)
);

-- What the run created, so that undo drops exactly that. A privilege is what follows REVOKE: those on tables go with the table.
CREATE TABLE IF NOT EXISTS ttm_wizard.object (
    run_id text NOT NULL REFERENCES ttm_wizard.run (id) ON DELETE CASCADE,
    kind text NOT NULL
        CHECK (kind IN ('table', 'sequence', 'view', 'materialized view', 'function', 'role', 'privilege')),
    identity text NOT NULL,
    PRIMARY KEY (run_id, kind, identity)
);

-- One row a chunk: keys in (low, high], NULL for no limit; a key of several columns has several entries.
CREATE TABLE IF NOT EXISTS ttm_wizard.chunk (
    run_id text NOT NULL REFERENCES ttm_wizard.run (id) ON DELETE CASCADE,
    table_name text NOT NULL,
    number integer NOT NULL,
    low text[],
    high text[],
    rows bigint NOT NULL,
    quarantined bigint NOT NULL,
    bytes bigint NOT NULL,
    digest text NOT NULL,
    copied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (run_id, table_name, number)
);

-- Rows that the target's types cannot hold, byte for byte. In `value`, TEXT and BLOB are the bytes of the source, INTEGER is
-- its decimal digits, REAL the shortest decimal that reads back as the same double; NULL is NULL.
CREATE TABLE IF NOT EXISTS ttm_wizard.quarantine (
    run_id text NOT NULL REFERENCES ttm_wizard.run (id) ON DELETE CASCADE,
    table_name text NOT NULL,
    chunk_number integer NOT NULL,
    row_key text NOT NULL,
    column_name text NOT NULL,
    position integer NOT NULL,
    storage_class text NOT NULL,
    value bytea,
    problem text,
    quarantined_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (run_id, table_name, row_key, position)
);
