-- The requirement's query: scores by smoothed_score, without NULL first as in SQLite (DESC NULLS LAST, or ASC NULLS FIRST).
CREATE INDEX idx_token_scores_smoothed ON token_scores (smoothed_score DESC NULLS LAST);
COMMENT ON INDEX idx_token_scores_smoothed IS
    'requirement: scores ORDER BY smoothed_score DESC NULLS LAST, or ASC NULLS FIRST';
