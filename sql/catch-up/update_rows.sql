UPDATE {{table}} AS old SET {{assignments}}
FROM unnest({{parameters}}) AS new ({{columns}})
WHERE {{same_key}}
