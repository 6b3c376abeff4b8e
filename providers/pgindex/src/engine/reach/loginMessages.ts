import { ident } from "../text/sql";
import type { OpenSchema } from "./login";

/** `PUBLIC in public, app_owner in app` */
export function writersOf(open: readonly OpenSchema[]): string {
  return open.map(({ writer, schema }) => `${writer} in ${schema}`).join(", ");
}

/** What closes the schemas; a schema's owner can always open it again. */
export function revokesOf(open: readonly OpenSchema[]): string[] {
  return open.flatMap(({ schema, writer, isOwner }) => {
    const who = writer === "PUBLIC" ? "PUBLIC" : ident(writer);
    return isOwner ? [] : [`REVOKE CREATE ON SCHEMA ${ident(schema)} FROM ${who};`];
  });
}
