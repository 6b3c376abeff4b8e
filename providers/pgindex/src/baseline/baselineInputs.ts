import { readFileSync } from "node:fs";
import { lineEndHashes } from "./migrationSql";

/**
 * The inputs of a baseline, from what was read of the migration. `file`: where the tool records a
 * hash of it. In a file of its own, since a program that imports it would load the parser otherwise.
 */
export function baselineInputs<Read extends { readonly indexes: unknown }>({
  file,
  ...read
}: Read & { readonly file?: string }) {
  const __lineEnds = file === undefined ? undefined : lineEndHashes(readFileSync(file, "utf8"));
  return { ...read, __lineEnds };
}
