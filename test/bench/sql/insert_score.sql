-- A snapshot of one of the tokens that the scheduler scores, in the application's order: the token first.
BEGIN;
SELECT id AS token FROM tokens WHERE status IN ('active', 'monitoring') ORDER BY random() LIMIT 1 \gset
UPDATE tokens SET last_updated_at = clock_timestamp() WHERE id = :token;
INSERT INTO token_scores (token_id, score, metrics, created_at, smoothed_score, raw_components, smoothed_components, scoring_model, spam_metrics)
SELECT token_id, score, metrics, clock_timestamp(), smoothed_score, raw_components, smoothed_components, scoring_model, spam_metrics
FROM token_scores WHERE token_id = :token ORDER BY created_at DESC, id DESC LIMIT 1;
COMMIT;
