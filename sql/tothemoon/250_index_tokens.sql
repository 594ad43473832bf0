-- Tokens by status, in the order in which the scheduler takes them; GET /tokens/stats counts by it.
CREATE INDEX idx_tokens_status ON tokens (status, last_updated_at NULLS FIRST, created_at DESC);
COMMENT ON INDEX idx_tokens_status IS
    'GET /tokens?statuses=…, GET /tokens/stats, scheduler, activation, archiver, monitoring: tokens by status, the longest untouched first';

-- A handful of 2,400: asked for every 5 to 10 seconds.
CREATE INDEX idx_tokens_active ON tokens (last_updated_at NULLS FIRST, created_at DESC) WHERE status = 'active';
COMMENT ON INDEX idx_tokens_active IS 'scheduler (hot), spam monitor, NotArb export, activation, data freshness: the active tokens';

-- The later application's models declare these two.
CREATE INDEX idx_tokens_liquidity ON tokens (liquidity_usd);
COMMENT ON INDEX idx_tokens_liquidity IS 'later application: tokens by liquidity';
CREATE INDEX idx_tokens_primary_dex ON tokens (primary_dex);
COMMENT ON INDEX idx_tokens_primary_dex IS 'later application: tokens of one dex';
