import type { IndexOnTable } from "../catalog/indexTree";
import type { Advice } from "../errors/advice";
import type { FunctionName } from "../input/namesInQuery";
import type { Login, OpenSchema } from "../reach/login";
import { revokesOf, writersOf } from "../reach/loginMessages";
import type { ReachedFunction } from "../reach/reach";
import { ident } from "../text/sql";
import type { ParsedQuery } from "./servedQueries";

function cannotMeasure(query: ParsedQuery, { schema, name }: IndexOnTable): string {
  return `cannot measure query "${query.name}" of index ${schema}.${name}`;
}

const ORDINARY_LOGIN =
  "connect as an ordinary role that may read the table: applicationRole and role do not help, " +
  "since a function can go back to the login (RESET ROLE)";

/** Advice about a query that calls VOLATILE functions, which are given in `called`. */
export function volatileAdvice(
  query: ParsedQuery,
  index: IndexOnTable,
  called: readonly Required<FunctionName>[],
): Advice {
  const names = called.map(({ schema, name }) => `${schema}.${name}`).join(", ");
  const isOnlyServers = called.every(({ schema }) => schema === "pg_catalog");
  return {
    what: `${cannotMeasure(query, index)}: it calls ${names}`,
    why:
      "a VOLATILE function can do anything, even in a read-only transaction, " +
      "and a measurement must change nothing; nothing ran",
    fix: "remove the call from sql and sample: the plan of the rest is the same",
    otherwise: isOnlyServers
      ? undefined
      : "if the function only reads: ALTER FUNCTION … STABLE " +
        "(no index can serve a comparison with a VOLATILE one)",
  };
}

/** A function of somebody with fewer rights than a mighty login. */
export function foreignCallAdvice(
  query: ParsedQuery,
  index: IndexOnTable,
  { signature, owner, moment }: ReachedFunction,
  { name, might }: Login,
): Advice {
  return {
    what:
      `${cannotMeasure(query, index)}: ` +
      `${moment === "planned" ? "to plan it may call" : "it calls"} ${signature}`,
    why:
      (moment === "planned" ? "an index, a constraint or statistics of a table call it; " : "") +
      `the function belongs to ${owner} and would run with the rights of ${name} (${might}), ` +
      "to do whatever its owner makes of it; nothing ran",
    fix: ORDINARY_LOGIN,
    otherwise: `if you trust its text: ALTER FUNCTION ${signature} OWNER TO ${ident(name)};`,
  };
}

/** Schemas of the search_path in which others may create, and a mighty login. */
export function openSchemaAdvice(
  { schema, name: index }: IndexOnTable,
  { name, might }: Login,
  open: readonly OpenSchema[],
): Advice {
  const revokes = revokesOf(open);
  const isRevocable = revokes.length === open.length;
  return {
    what: `refused to measure the queries of index ${schema}.${index} as ${name} (${might})`,
    why:
      `others may create in a schema of the search_path (${writersOf(open)}): a function of theirs that fits ` +
      `better than the one you mean would run with the rights of ${name}; nothing ran`,
    fix: isRevocable ? `run: ${revokes.join(" ")}` : ORDINARY_LOGIN,
    otherwise: isRevocable
      ? ORDINARY_LOGIN
      : `leave ${[...new Set(open.map((each) => each.schema))].join(", ")} out of searchPath and ` +
        "write its names with the schema",
  };
}
