SELECT format('run %s of %s', id, source) AS owner FROM ttm_wizard.run ORDER BY started_at DESC LIMIT 1
