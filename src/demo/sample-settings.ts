// What every sample holds alike: the schema, the app_settings rows and the stock of token names. The settings are the 38 keys
// production held, with its values of 2025-09-29 where they are known and the application's defaults elsewhere; the
// wallet addresses are invented.

/** What Alembic 1.20 sends for 0001 to 0003, to the letter: SQLite keeps these texts in sqlite_master. */
export const sampleSchema = `
CREATE TABLE alembic_version (\n\tversion_num VARCHAR(32) NOT NULL, \n\tCONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)\n);
CREATE TABLE tokens (\n\tid INTEGER NOT NULL, \n\tmint_address TEXT NOT NULL, \n\tname TEXT, \n\tsymbol TEXT, \n\tstatus VARCHAR(20) NOT NULL, \n\tcreated_at DATETIME NOT NULL, \n\tlast_updated_at DATETIME, \n\tPRIMARY KEY (id), \n\tCONSTRAINT ck_tokens_status CHECK (status in ('monitoring','active','archived')), \n\tUNIQUE (mint_address)\n);
CREATE TABLE token_scores (\n\tid INTEGER NOT NULL, \n\ttoken_id INTEGER NOT NULL, \n\tscore NUMERIC(10, 4), \n\tmetrics JSON, \n\tcreated_at DATETIME NOT NULL, \n\tPRIMARY KEY (id), \n\tFOREIGN KEY(token_id) REFERENCES tokens (id) ON DELETE CASCADE\n);
CREATE INDEX ix_token_scores_token_id ON token_scores (token_id);
CREATE TABLE app_settings (\n\t"key" TEXT NOT NULL, \n\tvalue TEXT, \n\tPRIMARY KEY ("key")\n);
ALTER TABLE token_scores ADD COLUMN smoothed_score NUMERIC(10, 4);
ALTER TABLE token_scores ADD COLUMN raw_components JSON;
ALTER TABLE token_scores ADD COLUMN smoothed_components JSON;
ALTER TABLE token_scores ADD COLUMN scoring_model VARCHAR(50) DEFAULT 'hybrid_momentum' NOT NULL;
INSERT INTO alembic_version VALUES ('0003_add_hybrid_momentum_scoring');`;

/** What most token names are made of. */
export const usualWords = [
  'Moon',
  'Doge',
  'Pepe',
  'Cat',
  'Trump',
  'AI',
  'Frog',
  'Elon',
  'Sol',
  'Bonk',
  'Wif',
  'Rocket',
  'Chad',
  'Inu',
];

/** Names as people type them into a launch form, and what text formats trip over. */
export const oddNames: readonly (string | null)[] = [
  'To The Moon 🚀🌕',
  `"Doge" isn't 'dead'; --`,
  'tab\there',
  'two\r\nlines',
  '',
  null,
  'C:\\moon\\new\\table',
  '\\N',
  'one\nmore, with comma',
  'lone\rreturn',
  '👨‍👩‍👧‍👦 family 🇺🇦',
  'Луна и ёж',
  '\\.',
  '月に行く',
  '  spaces  ',
  'NULL',
  'e\u0301 and é',
  '{"json": [1]}',
  '\u202eright to left',
  '%s $1 ${x} {{y}}',
];

/** Key and value of every row, in the order the application wrote them. No value is NULL; one is the empty string. */
export const sampleSettings: readonly (readonly [key: string, value: string])[] = [
  ['scoring_model_active', 'hybrid_momentum'],
  ['w_tx', '0.65'],
  ['w_vol', '0.0'],
  ['w_fresh', '0.35'],
  ['w_oi', '0.0'],
  ['ewma_alpha', '0.9'],
  ['freshness_threshold_hours', '5'],
  ['weight_s', '0.35'],
  ['weight_l', '0.25'],
  ['weight_m', '0.20'],
  ['weight_t', '0.20'],
  ['score_smoothing_alpha', '0.3'],
  ['min_score', '0.2'],
  ['min_score_change', '0.001'],
  ['max_price_change_5m', '0.5'],
  ['max_liquidity_change_ratio', '3.0'],
  ['hot_interval_sec', '10'],
  ['cold_interval_sec', '45'],
  ['archive_below_hours', '24'],
  ['monitoring_timeout_hours', '48'],
  ['activation_min_liquidity_usd', '70'],
  ['min_pool_liquidity_usd', '70'],
  ['notarb_min_score', '0.8'],
  ['notarb_max_spam_percentage', '50'],
  [
    'spam_whitelist_wallets',
    'SampLeWaLLetAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA1,SampLeWaLLetBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB2',
  ],
  ['liquidity_factor_threshold', '1000'],
  ['orderflow_significance_threshold', '15'],
  ['manipulation_detection_ratio', '3'],
  ['tx_calculation_mode', 'arbitrage_activity'],
  ['arbitrage_min_tx_5m', ''],
  ['arbitrage_optimal_tx_5m', '200'],
  ['arbitrage_acceleration_weight', '0.35'],
  ['min_tx_threshold_5m', '0'],
  ['min_tx_threshold_1h', '0'],
  ['min_volume_threshold_5m', '0'],
  ['min_volume_threshold_1h', '0'],
  ['min_orderflow_volume_5m', '0'],
  ['force_recalculation', 'true'],
];
