import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestDatabase } from "./database.ts";
import { unpackDebian } from "./debianPackages.ts";

/** The server that Debian's package is for. */
export const PARTMAN_SERVER = "15";
const SCRIPT = `usr/share/postgresql/${PARTMAN_SERVER}/extension/pg_partman--4.7.2.sql`;

let folder: string | undefined;

/** Why there is no pg_partman; fetches it where there is apt. */
export function partmanProblem(): string | undefined {
  folder = unpackDebian(`postgresql-${PARTMAN_SERVER}-partman`);
  const has = folder !== undefined && existsSync(join(folder, SCRIPT));
  return has ? undefined : "there is no apt that has pg_partman 4.7.2";
}

/** Makes what CREATE EXTENSION makes: its control file would have to be among the server's own. */
export async function createPartman(db: TestDatabase, schema: string): Promise<void> {
  if (folder === undefined) throw new Error("ask for partmanProblem first");
  const script = readFileSync(join(folder, SCRIPT), "utf8")
    .replace(/^\\echo .*$/m, "")
    // An extension's own privilege.
    .replaceAll(/^SELECT pg_catalog\.pg_extension_config_dump\(.*$/gm, "")
    .replaceAll("@extschema@", schema);
  await db.query(`CREATE SCHEMA ${schema}`);
  await db.query(`SET search_path = ${schema}, pg_catalog; ${script}; RESET search_path`);
}
