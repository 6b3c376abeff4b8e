import { literal } from "../../engine/text/sql";

/**
 * A value as PostgreSQL reads it, from what a column's own mapping hands to the driver: the literal
 * that stands where drizzle-orm writes `$1`.
 *
 * @example
 * valueSql(9007199254740993n); // 9007199254740993
 * valueSql(new Date(0)); // '1970-01-01T00:00:00.000Z'
 * valueSql(["a", "it's"]); // '{"a","it''s"}'
 */
export function valueSql(value: unknown): string {
  if (value === null || value === undefined) return "NULL";
  if (typeof value === "boolean" || typeof value === "bigint") return String(value);
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : `'${value}'`;
  return literal(textOf(value));
}

function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString("hex")}`;
  if (Array.isArray(value)) return arrayText(value);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** @see https://www.postgresql.org/docs/current/arrays.html#ARRAYS-INPUT */
function arrayText(values: readonly unknown[]): string {
  const items = values.map((value) => {
    if (value === null || value === undefined) return "NULL";
    if (Array.isArray(value)) return arrayText(value);
    if (typeof value === "number" || typeof value === "bigint") return String(value);
    return `"${textOf(value).replace(/["\\]/g, "\\$&")}"`;
  });
  return `{${items.join(",")}}`;
}
