// Another logical name, as a user gives it, with the real CLI and engine: the index stands.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createProject } from "../support/pulumi/pulumiCli.ts";
import { indexesOf, useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { DESTROY, UP } from "../support/pulumi/pulumiTwoIndexes.ts";

const database = useDatabase("CREATE TABLE t (a int)");

const program = (name: string) => `import * as pgindex from "pulumi-pgindex";
new pgindex.Index("${name}", { table: "t", name: "t_a_idx", columns: ["a"] });
`;

test("a resource that is renamed without aliases keeps its index, which goes with it", async () => {
  const files = { "index.ts": program("a") };
  const project = createProject({ files, env: { DATABASE_URL: database().url } });
  await project.run("stack", "init", "dev");
  await project.run(...UP);
  const before = await indexesOf(database());
  writeFileSync(join(project.directory, "index.ts"), program("b"));
  expect(await project.run("preview")).toMatch(/aliases: \[\{ name: "a" \}\]/);
  expect(await project.run(...UP)).toMatch(/kept index public\.t_a_idx: it is now declared as b/);
  expect(await indexesOf(database())).toEqual(before);
  await project.run("preview", "--expect-no-changes");
  await project.run(...DESTROY);
  expect(await indexesOf(database())).toEqual([]);
});
