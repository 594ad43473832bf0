-- Writes the chunk's ledger row before its rows: whoever comes second waits for the first and then gets no row back.
INSERT INTO ttm_wizard.chunk (run_id, table_name, number, low, high, rows, quarantined, bytes, digest)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (run_id, table_name, number) DO NOTHING
RETURNING number
