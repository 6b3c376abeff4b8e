ALTER TABLE packages ADD COLUMN owner_id integer;
