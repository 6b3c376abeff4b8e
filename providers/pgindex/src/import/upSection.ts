/**
 * Of a migration of node-pg-migrate, what its `up` runs; any other SQL as it is. Lines keep their
 * numbers. node-pg-migrate runs all of a file without an Up line, even what stands below its Down
 * line.
 */
export function upSection(sql: string): string {
  const up = sql.search(/^\s*--[\s-]*up\s+migration/im);
  const down = sql.search(/^\s*--[\s-]*down\s+migration/im);
  if (up === -1) return sql;
  const before = sql.slice(0, up).replace(/[^\n]/g, "");
  return before + sql.slice(up, down > up ? down : undefined);
}
