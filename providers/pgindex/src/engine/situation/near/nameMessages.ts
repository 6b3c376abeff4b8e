import type { HazardCode } from "../../hazards/hazardKinds";
import { didYouMean } from "../../text/similarNames";
import { ident } from "../../text/sql";
import type { Cause } from "../causes/cause";
import { extensionFix } from "./classMessages";
import type { NeededExtension } from "./extensions";
import { renderWrittenKey, type WrittenKey } from "./writtenKey";

/** Every text about a name that does not exist, with the one that was meant. */

const SHOWN_NAMES = 12;

function listOf(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN_NAMES).join(", ");
  return names.length > SHOWN_NAMES ? `${shown}, …` : shown;
}

const AS_IN_CATALOG = "names are matched exactly as in the catalog, so upper case matters";

export function missingColumnCause(
  name: string,
  near: readonly string[],
  columns: readonly string[],
): Cause {
  const meant = didYouMean(near);
  const has = columns.length === 0 ? "no columns" : listOf(columns);
  return {
    because: `the table has no column ${JSON.stringify(name)}; it has ${has}`,
    fix: `${meant ?? "check the column's spelling:"} ${AS_IN_CATALOG}`,
  };
}

/** `isIncluded`: it stands in `include`, which takes no expressions. */
export function notAColumnCause(name: string, written: WrittenKey, isIncluded: boolean): Cause {
  const key = renderWrittenKey(written);
  if (isIncluded)
    return {
      because: `${name} is no column, and PostgreSQL includes only columns`,
      fix: written.column === undefined ? `move it to columns: ${key}` : `write ${key}`,
    };
  return {
    because: "a text in columns is the name of a column, nothing more",
    fix: `write ${key}`,
  };
}

/** It exists in a schema that the search_path does not have. */
export function elsewhereCause(
  argument: string,
  { schema, name }: { readonly schema: string; readonly name: string },
): Cause {
  const object = `{ schema: ${JSON.stringify(schema)}, name: ${JSON.stringify(name)} }`;
  return {
    because: `it is in schema ${schema}`,
    fix: `write ${argument}: ${object}`,
    otherwise: `add ${JSON.stringify(schema)} to searchPath`,
    ...(argument === "operatorClass" && { code: "missing-operator-class" satisfies HazardCode }),
  };
}

export function otherMethodCause({
  name,
  method,
}: {
  readonly name: string;
  readonly method: string;
}): Cause {
  return {
    because: `${name} is an operator class of ${method}`,
    fix: `write accessMethod: ${JSON.stringify(method)}`,
    code: "missing-operator-class" satisfies HazardCode,
  };
}

export function extensionCause(extension: NeededExtension): Cause {
  return {
    because: `it belongs to the extension ${extension.name}, which this database does not have`,
    fix: extensionFix(extension),
    code: "missing-extension" satisfies HazardCode,
  };
}

const NOUNS: ReadonlyMap<string, string> = new Map([
  ["operatorClass", "name of the operator class"],
  ["accessMethod", "name of the access method"],
]);

/** What is in a schema, unlike a tablespace and an access method. */
const IN_SCHEMAS = new Set(["operatorClass", "collation"]);
const OR_SCHEMA = ", or add its schema to searchPath";

/** `known`: all of them, where they are few. */
export function nearCause(
  argument: string,
  name: string,
  near: readonly string[],
  known: readonly string[] = [],
): Cause {
  const noun = NOUNS.get(argument) ?? `name of the ${argument}`;
  const there = known.length > 0 ? `; there is ${listOf(known)}` : "";
  return {
    because: `the server has no ${argument} ${JSON.stringify(name)}${there}`,
    fix: didYouMean(near) ?? `check the ${noun}${IN_SCHEMAS.has(argument) ? OR_SCHEMA : ""}`,
    ...(argument === "operatorClass" && { code: "missing-operator-class" satisfies HazardCode }),
  };
}

/** What an expression names and the search_path does not find. */
export function unseenCause(
  kind: "function" | "type" | "operator",
  name: string,
  schemas: readonly string[],
): Cause {
  const [schema = ""] = schemas;
  return {
    because: `${kind} ${name} is in schema ${schemas.join(" and ")}`,
    fix: `add ${JSON.stringify(schema)} to searchPath`,
    ...(kind !== "operator" && { otherwise: `write ${schema}.${name}` }),
  };
}

/** The function is there, with other parameters. */
export function signaturesCause(name: string, signatures: readonly string[]): Cause {
  return {
    because: `there is ${listOf(signatures)}`,
    fix: `cast the arguments to the types that ${name} takes`,
  };
}

/** Function names that are nearly right. */
export function nearFunctionCause(name: string, near: readonly string[]): Cause {
  return {
    because: `searchPath leads to no function ${name}`,
    fix:
      didYouMean(near) ??
      "check the function's name and argument types, or add its schema to searchPath",
  };
}

/**
 * Since 17, CREATE INDEX and REINDEX run functions under a search_path of their own
 * (https://www.postgresql.org/docs/release/17.0/).
 */
export function bodyCause(signature: string, schemas: readonly string[]): Cause {
  const path = ["pg_catalog", ...schemas.map(ident), "pg_temp"].join(", ");
  return {
    because:
      `the body of ${signature} names it without a schema, and from PostgreSQL 17 on an index runs ` +
      "its functions under the search_path pg_catalog, pg_temp, whatever searchPath says",
    fix: `run: ALTER FUNCTION ${signature} SET search_path = ${path};`,
    otherwise: "qualify every name in the function's body with its schema",
  };
}

/** A missing table. */
export function writtenTableCause(schema: string, table: string): Cause {
  return {
    because: "table takes the name alone",
    fix: `write schema: ${JSON.stringify(schema)}, table: ${JSON.stringify(table)}`,
  };
}

export function otherSchemaCause(table: string, schemas: readonly string[]): Cause {
  const places = schemas.map((schema) => JSON.stringify(schema)).join(" or ");
  return {
    because: `there is ${schemas.map((schema) => `${schema}.${table}`).join(", ")}`,
    fix: `write schema: ${places}`,
  };
}

export function nearTableCause(near: readonly string[], argument: "table" | "schema"): Cause {
  return {
    because: AS_IN_CATALOG,
    fix: `${argument}: ${didYouMean(near)}`,
  };
}
