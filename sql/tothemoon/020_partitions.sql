-- One partition a month for every month that has rows; this month and the next ones follow in 030_ensure_partitions.sql, and
-- anything else lands in the default partition. Parameter 1: the months of the snapshot as a JSON array of YYYY-MM.

CREATE TABLE token_scores_default PARTITION OF token_scores DEFAULT;

DO $$
DECLARE
    month date;
BEGIN
    FOR month IN
        SELECT to_date(value, 'YYYY-MM')
        FROM jsonb_array_elements_text(nullif(current_setting('ttm_wizard.parameter_1', true), '')::jsonb) AS months (value)
        WHERE value ~ '^\d{4}-(0[1-9]|1[0-2])$'
          AND to_date(value, 'YYYY-MM') BETWEEN now() - interval '10 years' AND now() + interval '1 year'
        ORDER BY 1
    LOOP
        EXECUTE format(
            'CREATE TABLE %I PARTITION OF token_scores FOR VALUES FROM (%L) TO (%L)',
            to_char(month, '"token_scores_"YYYY_MM'),
            to_char(month, 'YYYY-MM-DD 00:00:00+00'),
            to_char(month + interval '1 month', 'YYYY-MM-DD 00:00:00+00'));
    END LOOP;
END
$$;
