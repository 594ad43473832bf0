// To The Moon: tokens and their scores, written by two services. Types are those of the application's SQLAlchemy models, but
// scores keep all their digits and score ids may grow past 2^31.
import { auth, metricsIndex } from './tothemoon-modules.js';
import type { ColumnPlan, Plan, SqlFile } from './plan.js';
import { queries } from './tothemoon-queries.js';

function json(name: string, optional = false): ColumnPlan {
  return { name, declared: 'JSON', type: 'jsonb', nullable: true, optional };
}

function index(name: string, what: string): SqlFile {
  return { file: `tothemoon/${name}.sql`, title: `index: ${what}`, isParallel: true };
}

/** The target takes them from metrics; later versions of the application have them in their SQLite file too. */
const DERIVED = ['liquidity_usd', 'primary_dex'];

// Only of times: json_group_array takes no BLOB, and jsonb no NUL.
const MONTHS =
  "SELECT DISTINCT substr(created_at, 1, 7) AS month FROM token_scores WHERE typeof(created_at) = 'text' AND created_at GLOB '[0-9][0-9][0-9][0-9]-[01][0-9]-*'";
const COMING_MONTHS =
  "SELECT strftime('token_scores_%Y_%m', 'now', 'start of month', column1 || ' months') FROM (VALUES (0), (1), (2), (3))";

export const tothemoon: Plan = {
  name: 'tothemoon',
  title: 'To The Moon',
  defaultSource: '/srv/tothemoon/dev.db',
  defaultBackupDir: '/srv/tothemoon/backups',
  tables: [
    {
      name: 'alembic_version',
      key: ['version_num'],
      columns: [{ name: 'version_num', declared: 'VARCHAR(32)', type: 'varchar(32)' }],
    },
    {
      name: 'tokens',
      key: ['id'],
      columns: [
        { name: 'id', declared: 'INTEGER', type: 'integer' },
        { name: 'mint_address', declared: 'TEXT', type: 'text', indexed: true },
        { name: 'name', declared: 'TEXT', type: 'text', nullable: true },
        { name: 'symbol', declared: 'TEXT', type: 'text', nullable: true },
        {
          name: 'status',
          declared: 'VARCHAR(20)',
          type: 'varchar(20)',
          oneOf: ['monitoring', 'active', 'archived'],
        },
        { name: 'created_at', declared: 'DATETIME', type: 'timestamptz' },
        { name: 'last_updated_at', declared: 'DATETIME', type: 'timestamptz', nullable: true },
      ],
      unique: [['mint_address']],
      sequence: { name: 'tokens_id_seq', column: 'id' },
      derived: DERIVED,
    },
    {
      name: 'token_scores',
      key: ['id'],
      columns: [
        { name: 'id', declared: 'INTEGER', type: 'bigint' },
        { name: 'token_id', declared: 'INTEGER', type: 'integer' },
        { name: 'score', declared: 'NUMERIC(10, 4)', type: 'numeric', nullable: true },
        json('metrics'),
        { name: 'created_at', declared: 'DATETIME', type: 'timestamptz' },
        {
          name: 'smoothed_score',
          declared: 'NUMERIC(10, 4)',
          type: 'numeric',
          nullable: true,
          optional: true,
        },
        json('raw_components', true),
        json('smoothed_components', true),
        { name: 'scoring_model', declared: 'VARCHAR(50)', type: 'varchar(50)' },
        json('spam_metrics', true),
      ],
      foreignKeys: [{ columns: ['token_id'], references: { table: 'tokens', columns: ['id'] } }],
      sequence: { name: 'token_scores_id_seq', column: 'id' },
      derived: DERIVED,
    },
    {
      name: 'app_settings',
      key: ['key'],
      columns: [
        { name: 'key', declared: 'TEXT', type: 'text', indexed: true },
        { name: 'value', declared: 'TEXT', type: 'text', nullable: true },
      ],
    },
  ],
  schema: [
    { file: 'tothemoon/010_tables.sql', title: 'tables' },
    {
      file: 'tothemoon/020_partitions.sql',
      title: 'monthly partitions of token_scores',
      parameters: `SELECT json_group_array(month) FROM (${MONTHS})`,
      makes: `SELECT 'token_scores_' || replace(month, '-', '_') FROM (${MONTHS}) UNION SELECT 'token_scores_default'`,
    },
    {
      file: 'tothemoon/030_ensure_partitions.sql',
      title: 'ensure_partitions(), and by it the coming months',
      makes: COMING_MONTHS,
    },
  ],
  constrain: [
    { file: 'tothemoon/110_primary_keys.sql', title: 'primary keys' },
    { file: 'tothemoon/120_unique.sql', title: 'unique keys' },
    { file: 'tothemoon/140_checks.sql', title: 'checks' },
    { file: 'tothemoon/150_foreign_keys.sql', title: 'foreign keys' },
    index('210_index_newest', 'newest scores'),
    index('220_index_smoothed_score', 'smoothed score'),
    index('230_index_liquidity', 'liquidity'),
    index('240_index_dex', 'primary dex'),
    index('250_index_tokens', 'tokens'),
    { file: 'tothemoon/310_latest.sql', title: 'newest score of each token, and what keeps it true' },
  ],
  expected: {
    constraints: [
      'alembic_version_pkc',
      'tokens_pkey',
      'tokens_mint_address_key',
      'ck_tokens_status',
      'token_scores_pkey',
      'token_scores_token_id_fkey',
      'app_settings_pkey',
      'latest_token_scores_pkey',
      'latest_token_scores_token_id_fkey',
    ],
    indexes: [
      'idx_token_scores_token_created',
      'idx_token_scores_smoothed',
      'idx_token_scores_liquidity',
      'idx_token_scores_dex',
      'idx_tokens_status',
      'idx_tokens_active',
      'idx_tokens_liquidity',
      'idx_tokens_primary_dex',
    ],
    tables: ['latest_token_scores'],
    functions: [
      'ensure_partitions(integer)',
      'latest_of_metrics(jsonb)',
      'newest_scores(integer[])',
      'lock_latest_scores(integer[])',
      'search_latest_scores(integer[])',
      'refresh_latest_scores()',
      'keep_latest_token_score()',
    ],
    triggers: [
      'token_scores_latest_insert',
      'token_scores_latest_update',
      'token_scores_latest_delete',
      'token_scores_latest_truncate',
    ],
  },
  untrue: 'tothemoon/untrue.sql',
  queries,
  modules: [auth, metricsIndex],
  application: {
    services: ['tothemoon', 'tothemoon-ws'],
    // systemd's EnvironmentFile is in the process before the application reads .env, which overrides nothing.
    envFiles: ['/etc/tothemoon.env', '/srv/tothemoon/.env'],
    urlKey: 'DATABASE_URL',
    healthUrl: 'http://127.0.0.1:8000',
    // /health answers without the database, even while PostgreSQL refuses the password.
    probes: ['/tokens/stats', '/tokens?limit=10'],
  },
};
