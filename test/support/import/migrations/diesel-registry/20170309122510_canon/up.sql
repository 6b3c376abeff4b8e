CREATE FUNCTION canon_package_name(text) RETURNS text AS $$
  SELECT replace(lower($1), '-', '_')
$$ LANGUAGE SQL IMMUTABLE;
DROP INDEX index_package_name;
CREATE UNIQUE INDEX index_packages_name ON packages (canon_package_name(name));
CREATE INDEX index_packages_owner ON packages (owner_id);
