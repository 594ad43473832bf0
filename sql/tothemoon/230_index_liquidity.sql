-- The requirement's JSON query: scores above a liquidity, from metrics L_tot.
CREATE INDEX idx_token_scores_liquidity ON token_scores (liquidity_usd);
COMMENT ON INDEX idx_token_scores_liquidity IS 'requirement: scores above a liquidity (metrics L_tot)';
