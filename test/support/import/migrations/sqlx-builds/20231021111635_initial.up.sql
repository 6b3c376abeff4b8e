CREATE FUNCTION normal_name(text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    AS $$ SELECT lower(replace($1, '_', '-')); $$;
CREATE TABLE books (id serial PRIMARY KEY, name text NOT NULL UNIQUE, latest int);
CREATE TABLE runs (id serial PRIMARY KEY, book_id int NOT NULL, took real, status text);
CREATE UNIQUE INDEX books_normal_name_idx ON books USING btree (normal_name(name));
CREATE INDEX runs_took_idx ON runs USING btree (took DESC);
CREATE INDEX runs_book_id_idx ON runs USING btree (book_id);
