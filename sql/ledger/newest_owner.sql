SELECT id, source FROM ttm_wizard.run ORDER BY started_at DESC LIMIT 1
