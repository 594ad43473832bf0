-- Rows that will get another unique value, or be deleted, give theirs up first, so that no order of changes runs into it.
UPDATE {{table}} AS old SET {{column}} = 'ttm-wizard ' || gen_random_uuid()
FROM unnest({{parameters}}) AS new ({{columns}})
WHERE {{same_key}}
