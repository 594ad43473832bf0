// The finished target against what the application's models declare and against every constraint and index written down by hand;
// pg_dump of it is a snapshot that is read before it is accepted.
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tothemoon } from '../../src/plans/tothemoon.js';
import { findPgDump } from '../../src/tools/pg-dump.js';
import { type MoonDatabase, createMoonDatabase } from '../support/tothemoon-database.js';

let moon: MoonDatabase;
beforeAll(async () => {
  moon = await createMoonDatabase(['2025-09', '2025-10']);
});
afterAll(() => moon.remove());

/**
 * `name type [NOT NULL] [DEFAULT …]` as SQLAlchemy would create them for PostgreSQL from models.py of the application and of its later
 * versions (latest_token_scores from the statement with which that makes it), the order of columns aside.
 */
const MODELS: Readonly<Record<string, readonly string[]>> = {
  alembic_version: ['version_num varchar(32) NOT NULL'],
  tokens: [
    "id integer NOT NULL DEFAULT nextval('tokens_id_seq'::regclass)",
    'mint_address text NOT NULL',
    'name text',
    'symbol text',
    'status varchar(20) NOT NULL',
    'created_at timestamptz NOT NULL',
    'last_updated_at timestamptz',
    'liquidity_usd numeric(20,2)',
    'primary_dex varchar(50)',
  ],
  token_scores: [
    "id integer NOT NULL DEFAULT nextval('token_scores_id_seq'::regclass)",
    'token_id integer NOT NULL',
    'score numeric(10,4)',
    'smoothed_score numeric(10,4)',
    'metrics jsonb',
    'raw_components jsonb',
    'smoothed_components jsonb',
    "scoring_model varchar(50) NOT NULL DEFAULT 'hybrid_momentum'::character varying",
    'spam_metrics jsonb',
    'created_at timestamptz NOT NULL',
  ],
  app_settings: ['key text NOT NULL', 'value text'],
  latest_token_scores: [
    'token_id integer NOT NULL',
    'score numeric(10,4)',
    'smoothed_score numeric(10,4)',
    'liquidity_usd numeric(20,2)',
    'delta_p_5m numeric(10,4)',
    'delta_p_15m numeric(10,4)',
    'n_5m numeric(20,2)',
    'primary_dex text',
    'pool_counts jsonb',
    'fetched_at timestamptz',
    'scoring_model varchar(50)',
    'created_at timestamptz',
  ],
};

/** Wider on purpose: no value is ever rounded, and ids of scores may grow past 2^31. */
const WIDER: readonly (readonly [string, string])[] = [
  ['numeric(10,4)', 'numeric'],
  ['n_5m numeric(20,2)', 'n_5m numeric'],
  [
    "id integer NOT NULL DEFAULT nextval('token_scores_id_seq'::regclass)",
    "id bigint NOT NULL DEFAULT nextval('token_scores_id_seq'::regclass)",
  ],
];

/** What no model knows of: no INSERT of the application names them. */
const BEYOND_THE_MODELS = [
  'token_scores.liquidity_usd numeric(20,2) GENERATED',
  'token_scores.primary_dex varchar(50) GENERATED',
  'latest_token_scores.score_id bigint',
];

const CONSTRAINTS = [
  'alembic_version_pkc on alembic_version: PRIMARY KEY (version_num)',
  'app_settings_pkey on app_settings: PRIMARY KEY (key)',
  "ck_tokens_status on tokens: CHECK (status in ('monitoring', 'active', 'archived'))",
  'latest_token_scores_pkey on latest_token_scores: PRIMARY KEY (token_id)',
  'latest_token_scores_token_id_fkey on latest_token_scores: FOREIGN KEY (token_id) REFERENCES tokens(id) ON DELETE CASCADE',
  'token_scores_pkey on token_scores: PRIMARY KEY (id, created_at)',
  'token_scores_token_id_fkey on token_scores: FOREIGN KEY (token_id) REFERENCES tokens(id) ON DELETE CASCADE',
  'tokens_mint_address_key on tokens: UNIQUE (mint_address)',
  'tokens_pkey on tokens: PRIMARY KEY (id)',
];

const INDEXES = [
  'idx_token_scores_dex ON token_scores (primary_dex, token_id)',
  'idx_token_scores_liquidity ON token_scores (liquidity_usd)',
  'idx_token_scores_smoothed ON token_scores (smoothed_score DESC NULLS LAST)',
  'idx_token_scores_token_created ON token_scores (token_id, created_at DESC, id DESC)',
  "idx_tokens_active ON tokens (status, last_updated_at NULLS FIRST, created_at DESC) WHERE ((status)::text <> 'archived'::text)",
  'idx_tokens_liquidity ON tokens (liquidity_usd)',
  'idx_tokens_primary_dex ON tokens (primary_dex)',
  'idx_tokens_status ON tokens (status)',
];

const NOT_A_PARTITION = "t.relnamespace = 'public'::regnamespace AND NOT t.relispartition";

async function list(sql: string): Promise<string[]> {
  return (await moon.rows(`SELECT item FROM (${sql}) AS items ORDER BY item COLLATE "C"`)).map(
    ({ item }) => item ?? '',
  );
}

describe('the finished target', () => {
  it('has the columns that the models declare, but for those that are wider on purpose', async () => {
    const found = await list(`
      SELECT t.relname || '.' || a.attname || ' '
             || replace(replace(format_type(a.atttypid, a.atttypmod), 'character varying', 'varchar'), 'timestamp with time zone', 'timestamptz')
             || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
             || CASE WHEN a.attgenerated = 's' THEN ' GENERATED' ELSE coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '') END AS item
      FROM pg_attribute AS a
      JOIN pg_class AS t ON t.oid = a.attrelid
      LEFT JOIN pg_attrdef AS d ON d.adrelid = t.oid AND d.adnum = a.attnum
      WHERE t.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped AND ${NOT_A_PARTITION}`);
    const declared = Object.entries(MODELS).flatMap(([table, columns]) =>
      columns.map((column) => {
        const wider = WIDER.reduce((text, [from, to]) => text.replace(from, to), column);
        return `${table}.${wider}`;
      }),
    );
    expect(found).toEqual([...declared, ...BEYOND_THE_MODELS].sort());
  });

  it('has these constraints, all of them valid', async () => {
    const found = await list(`
      SELECT c.conname || ' on ' || t.relname || ': ' || pg_get_constraintdef(c.oid) AS item
      FROM pg_constraint AS c JOIN pg_class AS t ON t.oid = c.conrelid
      WHERE ${NOT_A_PARTITION} AND c.contype <> 'n'`);
    const status = `CHECK (((status)::text = ANY ((ARRAY['monitoring'::character varying, 'active'::character varying, 'archived'::character varying])::text[])))`;
    expect(
      found.map((item) => item.replace(status, "CHECK (status in ('monitoring', 'active', 'archived'))")),
    ).toEqual(CONSTRAINTS);
  });

  it('has these indexes beside its keys, each with the query it is for in its comment', async () => {
    const found = await moon.rows(`
      SELECT replace(replace(pg_get_indexdef(i.oid), 'public.', ''), 'USING btree ', '') AS item, obj_description(i.oid, 'pg_class') AS comment
      FROM pg_index AS x JOIN pg_class AS i ON i.oid = x.indexrelid JOIN pg_class AS t ON t.oid = x.indrelid
      WHERE ${NOT_A_PARTITION} AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.oid AND contype IN ('p', 'u'))
      ORDER BY i.relname`);
    expect(found.map(({ item }) => item?.replace(/^CREATE INDEX (\w+) ON (?:ONLY )?/, '$1 ON '))).toEqual(
      INDEXES,
    );
    for (const { comment } of found)
      expect(comment).toMatch(/^(GET|requirement|scheduler|later application)/);
    expect([...tothemoon.expected.indexes].sort()).toEqual(INDEXES.map((line) => line.split(' ')[0]));
    expect([...tothemoon.expected.constraints].sort()).toEqual(CONSTRAINTS.map((line) => line.split(' ')[0]));
  });

  it('has an index for every foreign key, on every partition', async () => {
    const without = await list(`
      SELECT c.conrelid::regclass || ' ' || c.conname AS item FROM pg_constraint AS c
      WHERE c.contype = 'f' AND NOT EXISTS (
        SELECT FROM pg_index AS x WHERE x.indrelid = c.conrelid AND x.indisvalid AND x.indkey[0] = c.conkey[1] AND x.indpred IS NULL)`);
    expect(without).toEqual([]);
  });

  it('is dumped as it was when it was last read', async () => {
    const tools = await findPgDump(undefined);
    const arguments_ = [
      '--schema-only',
      '--no-owner',
      '--exclude-table=token_scores_2*',
      `--dbname=${moon.url}`,
    ];
    const { stdout } = await execa(tools?.pgDump ?? 'pg_dump', arguments_);
    const statements = stdout
      .split('\n')
      .filter((line) => !/^(--|SET |SELECT pg_catalog\.set_config|\\(un)?restrict )/.test(line))
      .join('\n')
      .replace(/\n{3,}/g, '\n\n')
      .trim();
    await expect(`${statements}\n`).toMatchFileSnapshot('schema.sql');
  });
});
