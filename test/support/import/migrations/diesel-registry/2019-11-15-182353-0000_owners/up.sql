ALTER TABLE packages DROP COLUMN owner_id;
CREATE INDEX packages_loads_idx ON packages (loads DESC, id) WHERE loads > 0;
