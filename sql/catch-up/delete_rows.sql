-- Only rows that no row of another table refers to: the target may delete that one as well, and nobody would be told.
DELETE FROM {{table}} AS old USING unnest({{parameters}}) AS new ({{columns}})
WHERE {{same_key}}{{and_childless}}
