CREATE TABLE IF NOT EXISTS ttm_wizard_change (seq INTEGER PRIMARY KEY, table_name TEXT NOT NULL, {{keys}})
