-- Tokens by status: 15 active and 11 monitoring ones among 2,400.
CREATE INDEX idx_tokens_status ON tokens (status);
COMMENT ON INDEX idx_tokens_status IS
    'GET /tokens?statuses=…, scheduler, activation, archiver, data freshness, token monitor: tokens by status';

-- A few dozen rows however many tokens are archived; the list asks for all of them, the counts for those before a time.
CREATE INDEX idx_tokens_active ON tokens (status, last_updated_at NULLS FIRST, created_at DESC) WHERE status <> 'archived';
COMMENT ON INDEX idx_tokens_active IS 'GET /tokens, monitoring counts: the tokens that are not archived';

-- The later application's models declare these two.
CREATE INDEX idx_tokens_liquidity ON tokens (liquidity_usd);
COMMENT ON INDEX idx_tokens_liquidity IS 'later application: tokens by liquidity';
CREATE INDEX idx_tokens_primary_dex ON tokens (primary_dex);
COMMENT ON INDEX idx_tokens_primary_dex IS 'later application: tokens of one dex';
