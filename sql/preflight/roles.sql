-- Of each of the roles $1: whether it is there, whether it rules over row-level security, and whether the user acts for it.
SELECT wanted.name,
       (r.oid IS NOT NULL)::text AS is_there,
       coalesce(r.rolsuper OR r.rolbypassrls, false)::text AS bypasses,
       coalesce(pg_has_role(r.oid, 'USAGE'), false)::text AS is_mine,
       coalesce(has_schema_privilege(r.oid, current_schema(), 'USAGE'), false)::text AS can_use_schema,
       coalesce(has_schema_privilege(r.oid, current_schema(), 'CREATE'), false)::text AS can_create,
       (me.rolsuper OR me.rolcreaterole)::text AS i_create_roles,
       -- Until version 15 a role itself says whether it has the rights of the groups that it is in.
       (me.rolsuper OR me.rolinherit OR current_setting('server_version_num')::int >= 160000)::text AS i_inherit,
       (has_schema_privilege(current_schema(), 'USAGE WITH GRANT OPTION')
        AND has_schema_privilege(current_schema(), 'CREATE WITH GRANT OPTION'))::text AS i_grant_schema,
       EXISTS (
           SELECT 1 FROM pg_namespace AS n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) AS acl
           WHERE n.nspname = current_schema() AND acl.grantee = 0 AND acl.privilege_type = 'CREATE')::text AS public_creates,
       EXISTS (
           SELECT 1 FROM pg_namespace AS n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) AS acl
           WHERE n.nspname = current_schema() AND acl.grantee = 0 AND acl.privilege_type = 'USAGE')::text AS public_uses,
       (me.rolsuper OR me.rolbypassrls)::text AS i_bypass
FROM unnest($1::text[]) WITH ORDINALITY AS wanted (name, place)
JOIN pg_roles AS me ON me.rolname = current_user
LEFT JOIN pg_roles AS r ON r.rolname = wanted.name
ORDER BY wanted.place
