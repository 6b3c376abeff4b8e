CREATE TABLE packages (id serial PRIMARY KEY, name varchar NOT NULL, owner_id integer, loads integer);
CREATE INDEX index_package_name ON packages (name);
CREATE INDEX index_package_loads ON packages (loads);
