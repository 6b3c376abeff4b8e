import type { Advice } from "../engine/errors/advice";

/** Messages about what is read from a database. */

export function noSuchSchemaAdvice(schema: string, schemas: readonly string[]): Advice {
  return {
    what: `the database has no schema ${schema} with tables`,
    why: `it has: ${schemas.join(", ") || "none"}`,
    fix: "write the name as it stands in the catalog, without quotes; upper case matters",
    otherwise: "leave --schema out to read every schema",
  };
}

export function noSuchTableAdvice(table: string, schemas: readonly string[]): Advice {
  return {
    what: `there is no table ${table} in ${schemas.join(", ")}`,
    why: "only tables, partitioned tables and materialized views have indexes",
    fix: "write the name as it stands in the catalog, with its schema: --table app.users",
    otherwise: "leave --table out to read every table",
  };
}
