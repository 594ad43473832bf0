-- The newest scores of a token: the list, the detail page, the scheduler and the spam monitor all ask for them.
CREATE INDEX idx_token_scores_token_created ON token_scores (token_id, created_at DESC);
