import { execFile } from "node:child_process";
import { copyFile, mkdtemp, readdir, readFile, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { runTool, type ToolRun } from "./tool.ts";

const TOOL = join(import.meta.dirname, "../../../tools/drizzle-1");

/** The migrations' folder of a project, below its root. */
export const OUT = "drizzle";

/**
 * A project of a user of Drizzle 1.0, with the tool installed and this file as its schema. Its
 * temporary folder is the caller's to remove.
 */
export async function createProject(schema: string): Promise<string> {
  await promisify(execFile)(process.execPath, [join(TOOL, "install.mjs")]);
  const root = await mkdtemp(join(tmpdir(), "pgindex-drizzle-1-"));
  await symlink(join(TOOL, "node_modules"), join(root, "node_modules"));
  await copyFile(schema, join(root, "schema.ts"));
  return root;
}

/** The real tool: `drizzle-kit …`. */
export function drizzleKit(root: string, args: readonly string[], url = ""): Promise<ToolRun> {
  const program = join(TOOL, "node_modules/drizzle-kit/bin.cjs");
  return runTool(program, args, { url, cwd: root });
}

/** Has the tool write a migration of the schema, and gives its name. */
export async function generate(root: string, name: string): Promise<string> {
  const options = ["--dialect", "postgresql", "--schema", "schema.ts", "--out", OUT];
  const { failed, said } = await drizzleKit(root, ["generate", "--name", name, ...options]);
  const folders = failed ? [] : await readdir(join(root, OUT));
  const made = folders.find((folder) => folder.endsWith(`_${name}`));
  if (made === undefined) throw new Error(`drizzle-kit generate wrote no ${name}: ${said}`);
  return made;
}

/** The statements of a migration. */
export async function statementsOf(root: string, migration: string): Promise<string[]> {
  const sql = await readFile(join(root, OUT, migration, "migration.sql"), "utf8");
  return sql.split("--> statement-breakpoint").map((statement) => statement.trim());
}
