import { expect } from "vitest";
import type { TestDatabase } from "../server/database.ts";
import { createProject, type Project } from "./pulumiCli.ts";
import { indexNames, providerSessions, until } from "./pulumiDatabase.ts";

/** One index on each of two tables, one after the other. */
const PROGRAM = `
const { Index } = require("pulumi-pgindex");
const args = (table) => ({ table, name: table + "_idx", columns: ["a"] });
const first = new Index("first", args("t1"));
const second = new Index("second", args("t2"), { dependsOn: first });
exports.adopted = [first.adopted, second.adopted];
`;

/** The tables of the program. */
export const TWO_TABLES = [
  "CREATE TABLE t1 (a int)",
  "CREATE TABLE t2 (a int)",
  "INSERT INTO t1 SELECT generate_series(1, 1000)",
] as const;

export const UP = ["up", "--yes", "--skip-preview"] as const;
export const DESTROY = ["destroy", "--yes", "--skip-preview"] as const;

/** A project with that program and a stack. */
export async function projectOfTwo(database: TestDatabase, stack = "dev"): Promise<Project> {
  const project = createProject({
    files: { "index.js": PROGRAM },
    env: { DATABASE_URL: database.url },
  });
  await project.run("stack", "init", stack);
  return project;
}

/**
 * Both indexes stand, nothing of ours is left on the server, and the program has nothing more to
 * do. Clears the tables for the next test.
 */
export async function expectFinished(project: Project, database: TestDatabase): Promise<void> {
  expect(await indexNames(database)).toEqual(["t1_idx", "t2_idx"]);
  await until("no session is left", async () => (await providerSessions(database)).length === 0);
  await project.run("preview", "--expect-no-changes");
  await database.query("DROP INDEX t1_idx, t2_idx");
}
