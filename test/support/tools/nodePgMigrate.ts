import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runTool, type ToolRun } from "./tool.ts";

/**
 * A migration that makes two tables, one that makes their indexes, one more that does so in
 * JavaScript, and one that comes later. The prefixes are milliseconds since 1970 and one date down
 * to milliseconds: both count as the same number.
 */
export const TABLES = "1790000000000_tables";
export const INDEXES = "1790000000001_indexes";
export const PROGRAM = "20260921141320002_program";
export const LATER = "1790000000003_later";

const FILES: Readonly<Record<string, string>> = {
  [`${TABLES}.sql`]: `-- Up Migration
CREATE TABLE orders (id bigint PRIMARY KEY, status text, placed_at timestamptz);
CREATE TABLE lines (id bigint PRIMARY KEY, order_id bigint);
-- Down Migration
DROP TABLE orders, lines;
`,
  [`${INDEXES}.sql`]: `-- Up Migration
CREATE INDEX orders_status_idx ON orders (status, placed_at DESC);
CREATE INDEX lines_order_idx ON lines (order_id) WHERE order_id IS NOT NULL;
-- Down Migration
DROP INDEX orders_status_idx, lines_order_idx;
`,
  [`${PROGRAM}.js`]: `exports.up = (pgm) => pgm.createIndex("orders", "placed_at", { name: "orders_placed_idx" });
exports.down = (pgm) => pgm.dropIndex("orders", "placed_at", { name: "orders_placed_idx" });
`,
  [`${LATER}.sql`]: `-- Up Migration
ALTER TABLE orders ADD COLUMN note text;
`,
};

/**
 * A project of a user of node-pg-migrate, with a folder of migrations. Its temporary folder is the
 * caller's to remove.
 */
export async function createProject(): Promise<{ readonly root: string; readonly folder: string }> {
  const root = await mkdtemp(join(tmpdir(), "pgindex-node-pg-migrate-"));
  const folder = join(root, "migrations");
  await mkdir(folder);
  for (const [name, text] of Object.entries(FILES)) await writeFile(join(folder, name), text);
  return { root, folder };
}

/** The real tool. */
export function nodePgMigrate(
  root: string,
  url: string,
  ...args: readonly string[]
): Promise<ToolRun> {
  return runTool("node-pg-migrate/bin/node-pg-migrate.js", args, { url, cwd: root });
}
