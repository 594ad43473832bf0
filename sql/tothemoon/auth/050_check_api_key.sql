-- What has to work before anybody knows which organization a session is of: the check of an API key, and finding the account that
-- signs in. Both run as tothemoon_owner and see the one row that they were asked for, by policies of their own (060).
SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true);
SET LOCAL ROLE tothemoon_owner;

-- verdict: ok, unknown, inactive, expired, over limit; whose key it is only with ok. How long the search takes tells nothing about a
-- stored key: what is compared is the SHA-256 of what was given, and nobody can choose keys so that their hashes come ever closer to
-- one that he does not know. Of calls at the same time the row lock lets one after the other count, so exactly rate_limit pass in the
-- minute that begins with the first one; it is held until the transaction ends, so that should be short. It should also be one of its
-- own: ROLLBACK takes back the count and last_used_at with everything else. What outlives it, a sequence for every key or a second
-- connection (dblink), would be more to look after than a call before BEGIN.
CREATE FUNCTION check_api_key(
    key text, OUT verdict text, OUT organization_id uuid, OUT user_id uuid, OUT api_key_id uuid)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
DECLARE
    -- What is too long to be a key is not even hashed.
    hash constant bytea := CASE WHEN octet_length(key) BETWEEN 1 AND 200 THEN sha256(convert_to(key, 'UTF8')) END;
    at constant timestamptz := clock_timestamp();
    -- Of the session, which gets it back: only a superuser may write SET app.organization_id at the head of a function.
    tenant constant text := coalesce(current_setting('app.organization_id', true), '');
    found_key api_keys;
BEGIN
    verdict := 'unknown';
    IF hash IS NULL THEN
        RETURN;
    END IF;
    PERFORM set_config('app.api_key_hash', encode(hash, 'hex'), true);
    SELECT * INTO found_key FROM api_keys WHERE key_hash = hash;
    PERFORM set_config('app.api_key_hash', '', true);
    IF found_key.id IS NULL THEN
        RETURN;
    END IF;
    PERFORM set_config('app.organization_id', found_key.organization_id::text, true);
    UPDATE api_keys AS k
    SET last_used_at = greatest(k.last_used_at, at),
        window_started_at = CASE WHEN k.window_started_at > at - interval '1 minute' THEN k.window_started_at ELSE at END,
        window_calls = CASE WHEN k.window_started_at > at - interval '1 minute' THEN k.window_calls + 1 ELSE 1 END
    WHERE k.id = found_key.id
      AND k.is_active
      AND EXISTS (SELECT FROM users AS u WHERE u.id = k.user_id AND u.is_active)
      AND (k.expires_at IS NULL OR k.expires_at > at)
      AND (k.window_started_at IS NULL OR k.window_started_at <= at - interval '1 minute' OR k.window_calls < k.rate_limit);
    IF FOUND THEN
        verdict := 'ok';
        organization_id := found_key.organization_id;
        user_id := found_key.user_id;
        api_key_id := found_key.id;
    ELSE
        -- As it is now: the call may have waited for another that changed it.
        SELECT * INTO found_key FROM api_keys WHERE id = found_key.id;
        verdict := CASE
            WHEN found_key.id IS NULL THEN 'unknown'
            WHEN found_key.expires_at <= at THEN 'expired'
            WHEN found_key.is_active AND EXISTS (SELECT FROM users AS u WHERE u.id = found_key.user_id AND u.is_active)
            THEN 'over limit'
            ELSE 'inactive'
        END;
    END IF;
    PERFORM set_config('app.organization_id', tenant, true);
END
$$;
COMMENT ON FUNCTION check_api_key(text) IS
    'in a transaction of its own: one that is rolled back takes the counted call and last_used_at back with it';

-- Whoever signs in by email: no row when there is nobody, or nobody active. The application compares the password.
CREATE FUNCTION account_for_login(email text)
RETURNS TABLE (user_id uuid, organization_id uuid, password_hash text)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT
AS $$
BEGIN
    IF char_length(account_for_login.email) BETWEEN 3 AND 254 THEN
        PERFORM set_config('app.login_email', lower(account_for_login.email), true);
        RETURN QUERY SELECT u.id, u.organization_id, u.password_hash FROM users AS u
            WHERE lower(u.email) = lower(account_for_login.email) AND u.is_active;
        PERFORM set_config('app.login_email', '', true);
    END IF;
END
$$;

RESET ROLE;
