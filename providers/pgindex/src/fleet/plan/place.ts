import { createHash } from "node:crypto";
import type { DatabaseIdentity } from "../../engine/session/databaseIdentity";
import type { Target } from "../declare/targetSchema";

/**
 * What two targets may not have in common: a schema of a database. Longer than the hash of an
 * index's mark: of ten thousand targets, two would have the same one in every hundredth fleet.
 */
export function placeOf(
  { systemIdentifier, oid, name, branch }: DatabaseIdentity,
  { schema = "public" }: Pick<Target, "schema">,
): string {
  // Without the identifier, many servers have a database 16384: its name says more.
  const database = systemIdentifier === null ? [oid, name] : [systemIdentifier, oid, branch ?? ""];
  return createHash("sha256")
    .update(JSON.stringify([database, schema]))
    .digest("hex")
    .slice(0, 32);
}
