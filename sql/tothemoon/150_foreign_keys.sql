ALTER TABLE token_scores
    ADD CONSTRAINT token_scores_token_id_fkey FOREIGN KEY (token_id) REFERENCES tokens (id) ON DELETE CASCADE;
