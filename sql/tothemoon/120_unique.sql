ALTER TABLE tokens ADD CONSTRAINT tokens_mint_address_key UNIQUE (mint_address);
