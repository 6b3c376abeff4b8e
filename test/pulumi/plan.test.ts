// What a reviewer is shown, by Pulumi's own preview: one stack, and every format of one look.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createProject } from "../support/pulumi/pulumiCli.ts";
import { createCanary, indexNames, useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { type CliResult, pgindex } from "../support/tools/cli.ts";
import { linesOf } from "../support/tools/workflow.ts";

const database = useDatabase(
  "CREATE TABLE t (a int, b int)",
  "INSERT INTO t SELECT n, n % 10 FROM generate_series(1, 5000) n",
  "ANALYZE t",
);

/** One through a Connection, one by the stack's configuration. */
const BOTH = `const pgindex = require("pulumi-pgindex");
const url = new (require("@pulumi/pulumi").Config)("pgindex").requireSecret("databaseUrl");
const provider = new pgindex.Connection("db", { url });
const serves = [{ name: "by a", sql: "SELECT * FROM t WHERE a = 7" }];
new pgindex.Index("a", { table: "t", name: "t_a_idx", columns: ["a"], serves }, { provider });
new pgindex.Index("b", { table: "t", name: "t_b_idx", columns: ["b"] });
`;
const WITHOUT_A = BOTH.replace(/^new pgindex.Index\("a".*\n/m, "");

/** Every up of it is held to the plan, whose path is told from the program's folder. */
const held = { PGINDEX_PLAN: "plan.json" };
const project = createProject({ files: { "index.js": BOTH }, env: held });
const file = join(project.directory, "plan.json");
const env = { ...process.env, ...project.env, ...held, PULUMI_STACK: "dev" } as Readonly<
  Record<string, string>
>;
let printed = "";

async function plan(...args: string[]): Promise<CliResult> {
  const result = await pgindex(["plan", "--cwd", project.directory, ...args], env);
  printed += result.out + result.err;
  return result;
}

const read = (name: string) => readFileSync(join(project.directory, name), "utf8");

/** A step of examples/github-actions/plan.yml, as GitHub runs it. */
function workflow(step: string): void {
  const GITHUB_OUTPUT = join(project.directory, "output");
  const options = { cwd: project.directory, env: { ...env, STACK: "dev", GITHUB_OUTPUT } };
  execFileSync("bash", ["-e", "-c", linesOf("plan", step)], options);
}

const write = (program: string) => writeFileSync(join(project.directory, "index.js"), program);
const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith("pgindex-plan-"));

test("a plan, in every format; its file holds an up; what is dropped; what is refused", async () => {
  const canary = await createCanary(database());
  await project.run("config", "set", "--secret", "pgindex:databaseUrl", canary.url);
  const before = folders();

  const made = await plan("--out", file);
  expect(made).toMatchObject({ code: 0, err: "" });
  expect(made.out).toMatch(/^2 indexes: 2 to create\ndatabase \w+@\d+\/\d+, PostgreSQL \d+\n/);
  expect(made.out).toMatch(/plan of "by a": Seq Scan → (Index|Bitmap Heap) Scan by t_a_idx/);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(folders()).toEqual(before);
  expect(await indexNames(database())).toEqual([]);
  const kept = JSON.parse(readFileSync(file, "utf8"));
  expect(kept).toMatchObject({ project: "tests", stack: "dev", isComplete: true });
  expect(kept.indexes).toMatchObject([
    {
      name: "a",
      action: "create",
      outcome: "looked",
      index: { schema: "public", name: "t_a_idx", table: "t" },
      source: { file: "index.js", line: 5 },
      facts: { table: { rows: 5000 }, steps: [{ kind: "build" }] },
    },
    { name: "b", action: "create", source: { file: "index.js", line: 6 } },
  ]);

  const inFormat = async (format: string) => (await plan("--from", file, "--format", format)).out;
  expect(JSON.parse(await inFormat("json"))).toEqual(kept);
  expect(await inFormat("markdown")).toContain("<!-- pgindex plan tests/dev -->\n");
  expect(JSON.parse(await inFormat("sarif"))).toMatchObject({ version: "2.1.0" });

  await project.run("up", "--yes", "--skip-preview");
  // Both Connections lead to one database.
  const finds = async (command: string, ...args: string[]) => {
    const found = await pgindex([command, "--cwd", project.directory, ...args], env);
    printed += found.out + found.err;
    return `${found.code} ${found.err}`;
  };
  const as = `\\S+ as ${canary.role}\ndatabase `;
  expect(await finds("status")).toMatch(
    new RegExp(`^0 Connection db of the selected stack: ${as}`),
  );
  const named = await finds("watch", "--stack", "dev", "--config", "databaseUrl");
  expect(named).toMatch(new RegExp(`^0 pgindex:databaseUrl of the stack's configuration: ${as}`));
  expect(await finds("watch", "--stack", "dev", "--connection", "nope")).toMatch(
    /^1 no index of the stack is built through a Connection nope\n {2}why: there are: db\n/,
  );

  write(WITHOUT_A);
  const dropping = await plan("--fail-on", "warning");
  expect(dropping.code).toBe(2);
  expect(dropping.out).toMatch(/^2 indexes: 1 to delete, 1 unchanged, \d warnings?\n/);
  expect(dropping.out).toMatch(/public\.t_a_idx: warning \[drop-index\] the index will be dropped/);
  const unplanned = await project.fail("up", "--yes", "--skip-preview");
  expect(unplanned).toMatch(/stopped: index public\.t_a_idx .*\n.*the plan does not delete it/);
  expect(await indexNames(database())).toEqual(["t_a_idx", "t_b_idx"]);

  // Nobody has changed the program: only the diff, which knows the state, finds what is denied.
  await database().query("DROP INDEX t_b_idx; CREATE INDEX other_idx ON t (b)");
  const hazard = ["pgindex:hazards.same-index", "--path"];
  await project.run("config", "set", ...hazard, "deny");
  const denied = await plan();
  expect(denied).toMatchObject({ code: 2, err: "" });
  expect(denied.out).toMatch(/public\.t_b_idx: error \[same-index\] .* the same index under/);
  const refused = await project.fail("preview");
  expect(refused).toMatch(
    /error: refused: .* the same index under another name.*\n +why: .*\[same-index\]/,
  );
  await project.run("refresh", "--preview-only");
  await project.run("config", "rm", ...hazard);

  write(WITHOUT_A.replace('["b"]', '["nope"]'));
  // As the workflow of a pull request does it.
  workflow("Look");
  expect(read("output")).toBe("code=2\n");
  const comment = read("plan.md");
  expect(comment.split("\n")[0]).toBe("<!-- pgindex plan tests/dev -->");
  expect(comment).toMatch(/1 error\*\*, and Pulumi stopped there/);
  expect(comment).toMatch(/❌ `public\.t_b_idx` .*column "nope" does not exist \[refused\]/);
  workflow("SARIF");
  const { runs } = JSON.parse(read("plan.sarif"));
  expect(runs[0].results).toMatchObject([{ ruleId: "refused", level: "error" }]);

  write("throw new Error('broken')");
  const broken = await plan();
  expect(broken).toMatchObject({ code: 1, out: "" });
  expect(broken.err).toMatch(/^pulumi preview stopped at an error.*\n {2}why: .*Error: broken/);
  canary.assertAbsent(printed + read("plan.json") + read("plan.md") + read("plan.sarif"));
  await canary.drop();
});
