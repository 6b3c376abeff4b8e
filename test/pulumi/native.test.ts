// A program that changes one import: its stack moves from the dynamic provider to the native one, as
// the CLI runs both, and back.
import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type CustomResourceOptions, type Output, output } from "@pulumi/pulumi";
import * as dynamic from "pulumi-pgindex";
import * as native from "pulumi-pgindex/native";
import { expect, test } from "vitest";
import { OLDER_DATABASE, olderProgram } from "../support/pulumi/olderProgram.ts";
import { createStack } from "../support/pulumi/pulumi.ts";
import { createBackend } from "../support/pulumi/pulumiBackend.ts";
import { createProject } from "../support/pulumi/pulumiCli.ts";
import {
  blockedBuild,
  indexesOf,
  indexNames,
  useDatabase,
} from "../support/pulumi/pulumiDatabase.ts";
import { linesOf } from "../support/pulumi/pulumiRun.ts";

const database = useDatabase("CREATE TABLE t (a int, b int)");
const older = useDatabase(...OLDER_DATABASE);
const interrupted = useDatabase("CREATE TABLE u (a int)");
const plugin = join(process.cwd(), "providers", "pgindex");

/** `formerly`: what a program has to say that goes back. */
function program(
  of: typeof dynamic,
  formerly: (type: string) => object = () => ({}),
  changed: { readonly args?: object; readonly options?: CustomResourceOptions } = {},
) {
  return async (): Promise<Record<string, Output<unknown>>> => {
    const settings = { url: database().url, maxConnections: 6 };
    const aliases = formerly === backFrom ? [{ type: "pulumi:providers:pgindex" }] : [];
    const provider = new of.Connection("database", settings, { aliases });
    const args = { table: "t", name: "t_a_idx", columns: ["a"] };
    const having = (type: string) => ({ provider, ...formerly(type) });
    const backup = new of.Backup("b", { indexes: [args], command: ["true"] }, having("Backup"));
    const gated = { indexes: [args], override: "the first stack" };
    const gate = new of.PromotionGate("g", gated, having("PromotionGate"));
    const options = { ...having("Index"), dependsOn: backup, ...changed.options };
    const index = new of.Index("i", { ...args, gate, ...changed.args }, options);
    const proof = new of.Verification("v", { index }, formerly("Verification"));
    const asked = of === native ? await native.getIndexes({ table: "t" }, { provider }) : undefined;
    return { definition: index.definition, ok: proof.ok, found: output(asked?.indexes) };
  };
}

/** To the dynamic provider. */
const backFrom = (type: string) => ({ aliases: [{ type: `pgindex:index:${type}` }] });

const env = () => ({ PATH: [plugin, process.env.PATH].join(delimiter) });

test("one import moves a stack to the native provider and back: nothing is built or dropped", async () => {
  const stack = await createStack(program(dynamic), { backend: createBackend(), env: env() });
  await stack.up();
  const [before] = await indexesOf(database());
  const kept = stack.resource("v").outputs?.verifiedAt;
  stack.program = program(native);
  const moved = await stack.up();
  expect(moved.changes).not.toHaveProperty("replace");
  for (const name of ["i", "v", "g", "b"])
    expect(stack.resource(name).type).toMatch(/^pgindex:index:/);
  expect(stack.state()).not.toContain("__provider");
  expect(await indexesOf(database())).toEqual([before]);
  expect(stack.outputs()?.found).toMatchObject([{ name: "t_a_idx", columns: ["a"] }]);
  expect(stack.state()).not.toContain(database().url);
  await database().query("ALTER INDEX t_a_idx RENAME TO strayed_idx");
  const preview = await stack.preview();
  expect(linesOf(preview.events, "i").map(({ message }) => message)).toContain(
    "renamed outside to strayed_idx",
  );
  await stack.up();
  const changed = { args: { comment: "of no account" }, options: { ignoreChanges: ["comment"] } };
  stack.program = program(native, undefined, changed);
  expect((await stack.preview()).changes).toEqual({ same: expect.any(Number) });
  stack.program = program(dynamic, backFrom);
  await stack.up();
  expect(await indexesOf(database())).toEqual([before]);
  expect(stack.resource("v").outputs?.verifiedAt).toBe(kept);
  await stack.destroy();
  expect(await indexesOf(database())).toEqual([]);
});

test("a state of release 0.1 goes to the native provider, which measures and builds nothing, and back", async () => {
  const before = await indexesOf(older());
  const stack = await createStack(olderProgram(native), {
    backend: createBackend(),
    name: "stack1",
    env: { ...env(), DATABASE_URL: older().url },
  });
  const file = "test/support/pulumi/states/0.1.0.json";
  await stack.importState(JSON.parse(readFileSync(file, "utf8")));
  const kept = stack.resource("proof").outputs?.verifiedAt;
  const moved = await stack.up();
  expect(stack.resource("proof").outputs?.verifiedAt).toBe(kept);
  expect(moved.changes).not.toHaveProperty("replace");
  expect(stack.state()).not.toContain("__provider");
  expect(stack.resource("email").type).toBe("pgindex:index:Index");
  stack.program = olderProgram(dynamic, backFrom);
  // A preview of the native provider's state reads first, and the index is another than the state's.
  await stack.up();
  expect(stack.resource("email").type).toBe("pulumi-nodejs:pgindex:Index");
  expect(await indexesOf(older())).toEqual(before);
  expect(stack.resource("proof").outputs).toHaveProperty("__provider");
});

test("Ctrl-C during a build cancels it and cleans up, and the next up builds", async () => {
  const program = `import { Index } from "pulumi-pgindex/native";
new Index("interrupted", { table: "u", name: "interrupted_idx", columns: ["a"] });
`;
  const project = createProject({
    files: { "index.ts": program },
    env: { ...env(), DATABASE_URL: interrupted().url },
  });
  // An old snapshot holds up the last phase of a build.
  const client = await interrupted().connect();
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM pg_class LIMIT 1");
  const up = project.start("up", "--yes", "--skip-preview");
  await blockedBuild(interrupted(), "interrupted_idx");
  up.interrupt();
  const { code, text } = await up.ended;
  expect(code).not.toBe(0);
  expect(text).toMatch(/cancelled; its INVALID leftover was dropped/);
  expect(await indexesOf(interrupted())).toEqual([]);
  await client.query("ROLLBACK");
  await project.run("up", "--yes", "--skip-preview");
  expect(await indexNames(interrupted())).toEqual(["interrupted_idx"]);
});
