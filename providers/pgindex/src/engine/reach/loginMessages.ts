import type { Advice } from "../errors/advice";
import { ident } from "../text/sql";
import type { Login, OpenSchema } from "./login";

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

/** A function that an event trigger runs as whoever changes a schema. */
export interface ForeignTrigger {
  readonly trigger: string;
  readonly signature: string;
  readonly owner: string;
}

export function foreignTriggerAdvice(
  { trigger, signature, owner }: ForeignTrigger,
  { name, might }: Login,
): Advice {
  return {
    what: `refused to run DDL as ${name} (${might}), be it for a temporary table`,
    why:
      `the event trigger ${trigger} would run ${signature}, which ${owner} can replace, with the ` +
      `rights of ${name}; nothing ran`,
    fix: `run: ALTER FUNCTION ${signature} SECURITY DEFINER; then it has the rights of ${owner}`,
    otherwise: `run: ALTER EVENT TRIGGER ${trigger} DISABLE; or connect as an ordinary role`,
  };
}
