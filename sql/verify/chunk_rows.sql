-- The rows of one chunk as key and canonical line, for the comparison row by row.
SELECT {{key}} AS key, {{line}} AS line FROM {{table}} WHERE {{range}} ORDER BY {{order}}
