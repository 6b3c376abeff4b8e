import type { TestDatabase } from "./database.ts";

/**
 * What a statement of somebody else's could have changed: every object and setting of the database,
 * roles, and the rows of `canary`.
 */
export async function fingerprint(db: TestDatabase): Promise<unknown> {
  const [row] = await db.query(`
    SELECT (SELECT jsonb_agg(c.oid::regclass::text || c.relkind::text ORDER BY c.oid)
    FROM pg_class c
             WHERE relpersistence <> 't' AND relnamespace <> 'pg_toast'::regnamespace
             AND relnamespace <> 'pg_catalog'::regnamespace) AS relations,
           (SELECT count(*) FROM pg_proc) AS functions,
           (SELECT count(*) FROM pg_namespace WHERE nspname !~ '^pg_') AS schemas,
           (SELECT count(*) FROM pg_type WHERE typnamespace <> 'pg_toast'::regnamespace
           AND NOT pg_is_other_temp_schema(typnamespace)) AS types,
           (SELECT count(*) FROM pg_trigger) AS triggers,
           (SELECT count(*) FROM pg_largeobject_metadata) AS large,
           (SELECT count(*) FROM pg_roles WHERE rolname ~ '^regress') AS roles,
           (SELECT count(*) FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
           WHERE datname = current_database()) AS settings,
           (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'
           AND database = (SELECT oid FROM pg_database
           WHERE datname = current_database())) AS locks,
           (SELECT jsonb_agg(canary ORDER BY a) FROM canary) AS rows`);
  return row;
}
