-- created_at belongs to the key because PostgreSQL wants the partition key in it.
ALTER TABLE alembic_version ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE tokens ADD CONSTRAINT tokens_pkey PRIMARY KEY (id);
ALTER TABLE token_scores ADD CONSTRAINT token_scores_pkey PRIMARY KEY (id, created_at);
ALTER TABLE app_settings ADD CONSTRAINT app_settings_pkey PRIMARY KEY (key);
