ALTER TABLE tokens ADD CONSTRAINT ck_tokens_status CHECK (status IN ('monitoring', 'active', 'archived'));
