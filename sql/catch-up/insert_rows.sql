INSERT INTO {{table}} ({{columns}})
SELECT {{values}} FROM unnest({{parameters}}) AS new ({{columns}})
