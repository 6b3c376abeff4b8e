import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { runTool, type ToolRun } from "./tool.ts";

const ROOT = join(import.meta.dirname, "../../..");
const OF_1 = join(ROOT, "tools/drizzle-1");

/** The migrations' folder of a project, below its root. */
export const OUT = "drizzle";

/** The releases that are tried: this project's own, and 1.0's release candidate. */
export type Release = "0.45" | "1.0";

const CONFIG = `export default {
  dialect: "postgresql", schema: "schema.ts", out: "${OUT}",
  dbCredentials: { url: process.env.DATABASE_URL },
};`;

/** A project of a user of Drizzle, with the tool installed. */
export class DrizzleProject {
  readonly root: string;
  readonly folder: string;
  readonly #tool: string;

  constructor(root: string, tool: string) {
    this.root = root;
    this.folder = join(root, OUT);
    this.#tool = tool;
  }

  /** The real tool: `drizzle-kit …`. */
  run(args: readonly string[], url = ""): Promise<ToolRun> {
    const program = join(this.#tool, "node_modules/drizzle-kit/bin.cjs");
    return runTool(program, args, { url, cwd: this.root });
  }

  /** Has the tool write a migration of the schema, and gives its name. */
  async generate(name: string, schema: string): Promise<string> {
    await writeFile(join(this.root, "schema.ts"), schema);
    const { failed, said } = await this.run(["generate", "--name", name]);
    const there = failed ? [] : await readdir(this.folder);
    const made = there.find((file) => file.replace(/\.sql$/, "").endsWith(`_${name}`));
    if (made === undefined) throw new Error(`drizzle-kit generate wrote no ${name}: ${said}`);
    return made.replace(/\.sql$/, "");
  }
}

/** Its temporary folder is the caller's to remove. */
export async function createProject(release: Release): Promise<DrizzleProject> {
  const tool = release === "1.0" ? OF_1 : ROOT;
  if (release === "1.0") await promisify(execFile)(process.execPath, [join(OF_1, "install.mjs")]);
  const root = await mkdtemp(join(tmpdir(), "pgindex-drizzle-"));
  await symlink(join(tool, "node_modules"), join(root, "node_modules"));
  await writeFile(join(root, "drizzle.config.ts"), CONFIG);
  return new DrizzleProject(root, tool);
}

/** The statements of a migration of 1.0. */
export async function statementsOf(project: DrizzleProject, migration: string): Promise<string[]> {
  const sql = await readFile(join(project.folder, migration, "migration.sql"), "utf8");
  return sql.split("--> statement-breakpoint").map((statement) => statement.trim());
}
