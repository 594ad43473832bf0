-- Monthly partitions of token_scores for the year before its oldest row, as far as they are missing.
DO $$
DECLARE
    month date;
    name text;
BEGIN
    FOR month IN
        SELECT generate_series(date_trunc('month', min(created_at)) - interval '12 months', date_trunc('month', max(created_at)), interval '1 month')
        FROM token_scores
    LOOP
        name := to_char(month, '"token_scores_"YYYY_MM');
        IF to_regclass(quote_ident(name)) IS NULL THEN
            EXECUTE format(
                'CREATE TABLE %I PARTITION OF token_scores FOR VALUES FROM (%L) TO (%L)',
                name,
                to_char(month, 'YYYY-MM-DD 00:00:00+00'),
                to_char(month + interval '1 month', 'YYYY-MM-DD 00:00:00+00'));
        END IF;
    END LOOP;
END
$$
