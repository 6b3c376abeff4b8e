import type { Advice } from "../../engine/errors/advice";

/** Messages about reading indexes from a database. */

export function noSuchSchemaAdvice(schema: string, schemas: readonly string[]): Advice {
  return {
    what: `the database has no schema ${schema} with tables`,
    why: `it has: ${schemas.join(", ") || "none"}`,
    fix: "write the name as it appears in the catalog, without quotes; case matters",
    otherwise: "omit --schema to read every schema",
  };
}

export function noSuchTableAdvice(table: string, schemas: readonly string[]): Advice {
  return {
    what: `there is no table ${table} in ${schemas.join(", ")}`,
    why: "only tables, partitioned tables and materialized views can have indexes",
    fix: "write the name as it appears in the catalog, with its schema: --table app.users",
    otherwise: "omit --table to read every table",
  };
}
