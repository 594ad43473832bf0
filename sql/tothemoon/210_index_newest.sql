-- The newest scores of a token: max(created_at) per token in the list, the detail page, its history, the scheduler's batch, the
-- archiver, and the ORM's load of all scores of a token. With id at its end it gives "newest" exactly. It indexes the foreign key too.
CREATE INDEX idx_token_scores_token_created ON token_scores (token_id, created_at DESC, id DESC);
COMMENT ON INDEX idx_token_scores_token_created IS
    'GET /tokens, GET /tokens/{mint}, scheduler, archiver: the newest scores of a token; foreign key token_id';
