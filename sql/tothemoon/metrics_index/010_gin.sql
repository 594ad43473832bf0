-- For containment in metrics (metrics @> '{"primary_dex": "raydium"}'). None of the application's queries asks so, and the index
-- takes half the time of a whole migration and 275 MB at 847,080 scores: only where it is asked for.
CREATE INDEX idx_token_scores_metrics ON token_scores USING gin (metrics jsonb_path_ops);
COMMENT ON INDEX idx_token_scores_metrics IS 'on request: scores by containment in metrics (@>)';
