-- Every request reads the settings.
SELECT key, value FROM app_settings ORDER BY key COLLATE "C"
