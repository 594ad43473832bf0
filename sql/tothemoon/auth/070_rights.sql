-- Who may do what with the tables of this module. tothemoon_owner owns them, under row-level security as everybody; the application
-- neither writes the audit log but by audit(), nor reads a hash of a key; who only reads reads no hash of a password either.
SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true);
SET LOCAL ROLE tothemoon_owner;

REVOKE ALL ON organizations, users, memberships, api_keys, user_favorites, audit_logs FROM PUBLIC;
REVOKE ALL ON FUNCTION
    current_organization_id(), current_user_id(), is_own_account(uuid), refuse_audit_change(), ensure_audit_partitions(integer),
    without_secrets(jsonb), audit(text, text, inet, jsonb, jsonb), check_api_key(text), account_for_login(text)
FROM PUBLIC;

-- The policies call them.
GRANT EXECUTE ON FUNCTION current_organization_id(), current_user_id() TO tothemoon_app, tothemoon_readonly;
GRANT EXECUTE ON FUNCTION
    is_own_account(uuid), ensure_audit_partitions(integer), audit(text, text, inet, jsonb, jsonb), check_api_key(text),
    account_for_login(text)
TO tothemoon_app;

GRANT SELECT, INSERT, UPDATE (name) ON organizations TO tothemoon_app;
GRANT SELECT, INSERT, UPDATE (email, password_hash, role, is_active), DELETE ON users TO tothemoon_app;
GRANT SELECT, INSERT, UPDATE (role), DELETE ON memberships TO tothemoon_app;
GRANT
    SELECT (id, organization_id, user_id, name, key_prefix, rate_limit, is_active, expires_at, last_used_at, created_at),
    INSERT (organization_id, user_id, name, key_prefix, key_hash, rate_limit, is_active, expires_at),
    UPDATE (name, rate_limit, is_active, expires_at),
    DELETE
ON api_keys TO tothemoon_app;
GRANT SELECT, INSERT, DELETE ON user_favorites TO tothemoon_app;
GRANT SELECT ON audit_logs TO tothemoon_app;

GRANT SELECT ON organizations, memberships, user_favorites, audit_logs TO tothemoon_readonly;
GRANT SELECT (id, organization_id, email, role, is_active, created_at) ON users TO tothemoon_readonly;
GRANT SELECT (id, organization_id, user_id, name, key_prefix, rate_limit, is_active, expires_at, last_used_at, created_at)
ON api_keys TO tothemoon_readonly;

RESET ROLE;
