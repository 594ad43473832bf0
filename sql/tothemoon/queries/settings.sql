-- Every request reads the settings.
SELECT a.key, a.value FROM app_settings AS a
