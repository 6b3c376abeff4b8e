DROP INDEX "grant_namespace_owner_id_live";
