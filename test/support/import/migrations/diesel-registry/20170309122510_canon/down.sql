DROP INDEX index_packages_name;
