import { expect } from "vitest";
import type { TestDatabase } from "../server/database.ts";
import { createProject, type Project } from "./pulumiCli.ts";
import { indexNames, providerSessions, until } from "./pulumiDatabase.ts";

/** Pairs of indexes: one on each of two tables, one after the other. */
const PROGRAM = `
const { Config } = require("@pulumi/pulumi");
const { Index } = require("pulumi-pgindex");
const args = (table) => ({ table, name: table + "_idx", columns: ["a"] });
for (let pair = 1; pair <= new Config().requireNumber("pairs"); pair += 1) {
  const first = new Index("first" + pair, args("first" + pair));
  new Index("second" + pair, args("second" + pair), { dependsOn: first });
}
`;

/** The tables of that many pairs. */
export const tablesOf = (pairs: number) =>
  Array.from({ length: pairs }, (_, i) => [
    `CREATE TABLE first${i + 1} (a int)`,
    `CREATE TABLE second${i + 1} (a int)`,
    `INSERT INTO first${i + 1} SELECT generate_series(1, 1000)`,
  ]).flat();

export const UP = ["up", "--yes", "--skip-preview"] as const;
export const DESTROY = ["destroy", "--yes", "--skip-preview"] as const;

/** A project with that program, which declares one pair, and its stacks. */
export function projectOfTwo(database: TestDatabase, ...stacks: readonly string[]): Project {
  return createProject({
    files: { "index.js": PROGRAM },
    env: { DATABASE_URL: database.url },
    stacks: Object.fromEntries(stacks.map((stack) => [stack, { pairs: "1" }])),
  });
}

/** All indexes of that many pairs stand, and nothing of ours is left on the server. */
export async function expectFinished(database: TestDatabase, pairs: number): Promise<void> {
  const numbers = Array.from({ length: pairs }, (_, i) => i + 1);
  const names = ["first", "second"].flatMap((table) => numbers.map((n) => `${table}${n}_idx`));
  expect(await indexNames(database)).toEqual(names);
  await until("no session is left", async () => (await providerSessions(database)).length === 0);
}
