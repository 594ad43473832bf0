INSERT INTO ttm_wizard.quarantine (run_id, table_name, row_key, position, column_name, storage_class, value, problem, chunk_number)
VALUES ($1, $2, $3, $5, $4, $6, $7, $8, $9)
