-- Cuts the last chunk of a table, which has no upper limit, at the key $4; what is beyond becomes the next chunk. Neither has a digest
-- until rows have been compared.
WITH cut AS (
    UPDATE ttm_wizard.chunk SET high = $4, digest = '', rows = 0, quarantined = 0, bytes = 0
    WHERE run_id = $1 AND table_name = $2 AND number = $3 AND high IS NULL
    RETURNING run_id, table_name, number, high)
INSERT INTO ttm_wizard.chunk (run_id, table_name, number, low, high, rows, quarantined, bytes, digest)
SELECT run_id, table_name, number + 1, high, NULL, 0, 0, 0, '' FROM cut
