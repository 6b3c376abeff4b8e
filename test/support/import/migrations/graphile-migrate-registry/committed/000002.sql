--! Previous: sha1:14afbe88b0f9ef959cee4a5d1da4cb77e71161bb
--! Hash: sha1:7d8f7845262550b2ea6d2668fc8acdf9602a6ae2

CREATE OR REPLACE FUNCTION drop_old_roles() RETURNS void AS $$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT rolname FROM pg_roles WHERE rolname LIKE 'old\_party\_%' LOOP
        EXECUTE format('DROP ROLE IF EXISTS %I', one.rolname);
    END LOOP;
END;
$$ LANGUAGE plpgsql;
SELECT drop_old_roles();
DROP FUNCTION IF EXISTS drop_old_roles();

ALTER TABLE party RENAME TO account;
ALTER TABLE account RENAME COLUMN is_org TO is_organization;
DROP POLICY IF EXISTS party_select_all ON account;
