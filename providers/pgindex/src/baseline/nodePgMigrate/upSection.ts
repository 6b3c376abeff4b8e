/**
 * The part of a node-pg-migrate migration that its `up` runs; any other SQL unchanged. Line numbers
 * stay the same. node-pg-migrate runs all of a file without an Up line, even the part below its
 * Down line.
 */
export function upSection(sql: string): string {
  const up = sql.search(/^\s*--[\s-]*up\s+migration/im);
  const down = sql.search(/^\s*--[\s-]*down\s+migration/im);
  if (up === -1) return sql;
  const before = sql.slice(0, up).replace(/[^\n]/g, "");
  return before + sql.slice(up, down > up ? down : undefined);
}
