import type { TestDatabase } from "../server/database.ts";

/**
 * Roles belong to the whole server: named after the database of the test, dropped by `dropRoles`.
 */
export interface Roles {
  /** Owns the schema `app` and may not log in. */
  readonly owner: string;
  /** May log in, and nothing else. */
  readonly deploy: string;
  /** The database's URL for `deploy`. */
  readonly url: string;
}

export async function createRoles(db: TestDatabase): Promise<Roles> {
  const owner = `${db.name}_owner`;
  const deploy = `${db.name}_deploy`;
  await db.query(`CREATE ROLE ${owner} NOLOGIN`);
  await db.query(`CREATE ROLE ${deploy} LOGIN PASSWORD 'secret'`);
  await db.query(`CREATE SCHEMA app AUTHORIZATION ${owner}`);
  const url = new URL(db.url);
  url.username = deploy;
  url.password = "secret";
  return { owner, deploy, url: url.href };
}

/** Call it before the database is dropped. */
export async function dropRoles(db: TestDatabase, { owner, deploy }: Roles): Promise<void> {
  await db.query(`DROP OWNED BY ${owner}, ${deploy} CASCADE`);
  await db.query(`DROP ROLE ${owner}, ${deploy}`);
}
