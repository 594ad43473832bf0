DELETE FROM {{table}} AS old USING unnest({{parameters}}) AS new ({{columns}})
WHERE {{same_key}}
