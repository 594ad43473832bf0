INSERT INTO ttm_wizard.run (id, plan, source, snapshot_sha256, wizard_version)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (id) DO NOTHING
