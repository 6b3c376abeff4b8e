import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestDatabase } from "./database.ts";
import { unpackDebian } from "./debianPackages.ts";

/** The release that Debian's package is for. */
export const HYPOPG_VERSION = "15";
const LIBRARY = `usr/lib/postgresql/${HYPOPG_VERSION}/lib/hypopg`;
const SCRIPT = `usr/share/postgresql/${HYPOPG_VERSION}/extension/hypopg--1.3.1.sql`;

let folder: string | undefined;

/** Why there is no HypoPG; fetches it where there is apt. */
export function hypopgProblem(): string | undefined {
  folder = unpackDebian(`postgresql-${HYPOPG_VERSION}-hypopg`);
  const has = folder !== undefined && existsSync(join(folder, SCRIPT));
  return has ? undefined : "there is no apt that has HypoPG 1.3.1";
}

/**
 * Makes the extension in a schema. Its control file would have to be among the server's own files,
 * so that CREATE EXTENSION is done by hand.
 */
export async function createHypopg(db: TestDatabase, schema: string): Promise<void> {
  if (folder === undefined) throw new Error("ask for hypopgProblem first");
  const script = readFileSync(join(folder, SCRIPT), "utf8");
  await db.query(`CREATE SCHEMA ${schema}`);
  await db.query(
    `SET search_path = ${schema}, pg_catalog;
     ${script.replace(/^\\echo .*$/m, "").replaceAll("$libdir/hypopg", join(folder, LIBRARY))}
     RESET search_path; SET allow_system_table_mods = on;
     INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
     SELECT oid, 'hypopg', nspowner, oid, true, '1.3.1' FROM pg_namespace WHERE nspname = '${schema}';
     RESET allow_system_table_mods`,
  );
}
