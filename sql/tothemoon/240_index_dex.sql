-- The requirement's JSON query: tokens of one dex, from metrics primary_dex. With token_id it answers from the index alone.
CREATE INDEX idx_token_scores_dex ON token_scores (primary_dex, token_id);
COMMENT ON INDEX idx_token_scores_dex IS 'requirement: tokens that have scores of one dex (metrics primary_dex)';
