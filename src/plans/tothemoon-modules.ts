// What --with adds to To The Moon: tables that it does not use yet, and an index that costs more than it is worth today.
import type { ModulePlan } from './plan.js';

const COMING_MONTHS =
  "SELECT strftime('audit_logs_%Y_%m', 'now', 'start of month', column1 || ' months') FROM (VALUES (0), (1), (2), (3))";

export const auth: ModulePlan = {
  name: 'auth',
  title: 'organizations, users, API keys, an audit log',
  roles: [
    { name: 'tothemoon_owner', isOwner: true },
    { name: 'tothemoon_app' },
    { name: 'tothemoon_readonly' },
  ],
  schema: [
    { file: 'tothemoon/auth/010_organizations.sql', title: 'organizations, users, memberships' },
    { file: 'tothemoon/auth/020_api_keys.sql', title: 'API keys' },
    { file: 'tothemoon/auth/030_favorites.sql', title: 'favorites' },
    {
      file: 'tothemoon/auth/040_audit_logs.sql',
      title: 'audit log, with the coming months',
      makes: `${COMING_MONTHS} UNION SELECT 'audit_logs_default'`,
    },
    { file: 'tothemoon/auth/050_check_api_key.sql', title: 'check of API keys, and signing in' },
    { file: 'tothemoon/auth/060_row_security.sql', title: 'row-level security by organization' },
    { file: 'tothemoon/auth/070_rights.sql', title: 'rights of the roles' },
  ],
  constrain: [{ file: 'tothemoon/auth/110_application.sql', title: 'roles and favorites on its own tables' }],
  expected: {
    tables: ['organizations', 'users', 'memberships', 'api_keys', 'user_favorites', 'audit_logs'],
    constraints: [
      'organizations_pkey',
      'ck_organizations_name',
      'users_pkey',
      'users_organization_id_fkey',
      'ck_users_email',
      'ck_users_password_hash',
      'ck_users_role',
      'memberships_pkey',
      'memberships_organization_id_fkey',
      'memberships_user_id_fkey',
      'ck_memberships_role',
      'api_keys_pkey',
      'api_keys_key_hash_key',
      'api_keys_membership_fkey',
      'ck_api_keys_name',
      'ck_api_keys_key_prefix',
      'ck_api_keys_key_hash',
      'ck_api_keys_rate_limit',
      'ck_api_keys_window_calls',
      'user_favorites_pkey',
      'user_favorites_membership_fkey',
      'user_favorites_token_id_fkey',
      'audit_logs_pkey',
      'ck_audit_logs_actor',
      'ck_audit_logs_action',
      'ck_audit_logs_old_values',
      'ck_audit_logs_new_values',
    ],
    indexes: [
      'users_email_key',
      'idx_users_organization',
      'idx_memberships_user',
      'idx_api_keys_membership',
      'idx_user_favorites_token',
      'idx_audit_logs_organization',
    ],
    functions: [
      'current_organization_id()',
      'current_user_id()',
      'is_own_account(uuid)',
      'refuse_audit_change()',
      'ensure_audit_partitions(integer)',
      'without_secrets(jsonb)',
      'audit(text,text,inet,jsonb,jsonb)',
      'check_api_key(text)',
      'account_for_login(text)',
    ],
    triggers: ['audit_logs_keep_row', 'audit_logs_append_only'],
  },
};

export const metricsIndex: ModulePlan = {
  name: 'metrics-index',
  title: 'a GIN index on metrics, which takes long',
  schema: [],
  constrain: [{ file: 'tothemoon/metrics_index/010_gin.sql', title: 'index on token_scores.metrics' }],
  expected: { constraints: [], indexes: ['idx_token_scores_metrics'] },
};
