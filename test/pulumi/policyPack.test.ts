// examples/policy-pack, as Pulumi runs it in a preview; and its functions by themselves.
import { cpSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lookAtIndex } from "pulumi-pgindex/plan";
import { expect, test } from "vitest";
import { createProject } from "../support/pulumi/pulumiCli.ts";
import { useDatabase } from "../support/pulumi/pulumiDatabase.ts";

const database = useDatabase("CREATE TABLE t (a int, b int)", "CREATE INDEX t_b_idx ON t (b)");

const PROGRAM = `const pgindex = require("pulumi-pgindex");
new pgindex.Index("free", { table: "t", name: "t_a_idx", columns: ["a"] });
new pgindex.Index("twin", { table: "t", name: "t_b2_idx", columns: ["b"] });
`;

/** As a release's Node host runs a pack; the one that is built from its source cannot. */
const ANALYZER = `#!/bin/sh
cd "$(dirname "$0")"
exec node "$(node -p 'require.resolve("@pulumi/pulumi/cmd/run-policy-pack")')" "$1" .
`;

test("a preview is refused for a hazard that only the database shows, by a policy", async () => {
  const project = createProject({
    files: { "index.js": PROGRAM },
    env: { DATABASE_URL: database().url },
  });
  const pack = join(project.directory, "policy-pack");
  cpSync(join("examples", "policy-pack"), pack, { recursive: true });
  symlinkSync(join(process.cwd(), "node_modules"), join(pack, "node_modules"));
  writeFileSync(join(pack, "analyzer"), ANALYZER, { mode: 0o755 });
  const refused = await project.fail("preview", "--policy-pack", join(pack, "analyzer"));
  expect(refused).toMatch(/\[mandatory\] +hazards/);
  expect(refused).toMatch(/public\.t_b2_idx: .*same index.* \[same-index\]; do: declare that one/);
  expect(refused).not.toMatch(/public\.t_a_idx: /);
});

test("a policy's function gives the facts, and never an all-clear where it could not look", async () => {
  const settings = { url: database().url };
  const props = { table: "t", name: "t_a_idx", columns: ["a"] };
  expect(await lookAtIndex({ urn: "u", name: "free", props }, settings)).toMatchObject({
    urn: "u",
    index: "public.t_a_idx",
    facts: { table: { name: "t" }, steps: [{ kind: "build" }] },
    findings: [],
  });
  const denied = lookAtIndex(
    { props: { ...props, name: "other_idx", columns: ["b"] } },
    { ...settings, hazards: '{"same-index": "deny"}' },
  );
  expect((await denied).findings).toMatchObject([{ code: "same-index", severity: "error" }]);
  const wrong = await lookAtIndex({ name: "n", props: { ...props, columns: [] } }, settings);
  expect(wrong.findings).toMatchObject([{ code: "refused", severity: "error", index: "n" }]);
  const nowhere = await lookAtIndex({ props }, { url: "postgresql://nobody@127.0.0.1:1/app" });
  expect(nowhere.findings).toMatchObject([{ code: "could-not-look", severity: "error" }]);
  const { findings } = await lookAtIndex({ props }, { ...settings, hazards: "no" });
  expect(findings).toMatchObject([{ code: "refused", message: expect.stringMatching(/hazards/) }]);
});
