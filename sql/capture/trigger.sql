-- The key as it was, as it is, or both: a row that gets another key has been deleted and inserted.
CREATE TRIGGER IF NOT EXISTS {{name}} AFTER {{event}} ON {{table}} BEGIN
    INSERT INTO ttm_wizard_change (table_name, {{keys}}) VALUES {{rows}};
END
