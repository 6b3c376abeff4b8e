--! Previous: -
--! Hash: sha1:14afbe88b0f9ef959cee4a5d1da4cb77e71161bb

CREATE TABLE party (id serial PRIMARY KEY, name text, addr text UNIQUE, is_org boolean);
CREATE INDEX party_name_idx ON party (lower(name)) WHERE is_org;
CREATE INDEX IF NOT EXISTS party ON party (name);
