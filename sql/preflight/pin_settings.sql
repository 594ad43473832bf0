-- Gives the settings $1 the values $2 for this session; those that this version of the server does not have are passed over.
SELECT set_config(name, value, false)
FROM unnest($1::text[], $2::text[]) AS wanted (name, value)
JOIN pg_settings USING (name)
