// Bad input is told before anything begins, and nothing of it that may be a secret.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readFleetFile } from "../../../providers/pgindex/src/fleet/declare/fleetFile.ts";
import { readTargets } from "../../../providers/pgindex/src/fleet/declare/targets.ts";

const folder = mkdtempSync(join(tmpdir(), "pgindex-fleet-"));
afterAll(() => rmSync(folder, { recursive: true }));

const INDEXES = [{ table: "t", columns: ["a"], name: "t_a" }];
const SECRET = "postgresql://app:s3cret@db/tenants";

function write(name: string, content: unknown): string {
  const file = join(folder, name);
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}

/** What is said of a fleet whose targets and more are given. */
async function read(fleet: object, env: Record<string, string> = {}) {
  const file = write("fleet.yaml", { name: "f", indexes: INDEXES, targets: [], ...fleet });
  try {
    return await readTargets(await readFleetFile(file), env);
  } catch (error) {
    return (error as Error).message;
  }
}

const target = (more: object = {}) => ({ name: "a", url: SECRET, ...more });

test.each([
  ["a name that is none", { name: "My Fleet" }, /name is not a name of lower-case letters/],
  ["nothing to build", { indexes: undefined }, /indexes is missing, and stack too/],
  [
    "a wave twice",
    { waves: [{ name: "a" }, { name: "a" }] },
    /waves\[1\]\.name is that of an earlier wave/,
  ],
  [
    "a share of nothing",
    { waves: [{ name: "a", share: "0%" }] },
    /waves\[0\]\.share is not a share/,
  ],
  [
    "a misspelt argument",
    { maxBuildPerServer: 2 },
    /maxBuildPerServer is not an argument.*\n.*\n.*did you mean "maxBuildsPerServer"/,
  ],
  [
    "a window that is none",
    { windows: [{ cron: "at night", for: "6h" }] },
    /windows\[0\]\.cron cannot be read/,
  ],
  [
    "a time zone that is none",
    { windows: [{ cron: "0 22 * * *", for: "6h", timezone: "Mars" }] },
    /cannot be read/,
  ],
  [
    "an index that is none",
    { indexes: [{ table: "t", colums: ["a"] }] },
    /indexes\[0\]\.colums is not an argument/,
  ],
  [
    "two indexes of a name, on two tables of a schema",
    { indexes: [...INDEXES, { table: "u", schema: "public", columns: ["a"], name: "t_a" }] },
    /indexes\[1\]\.name is that of indexes\[0\] too\n.*\n.*unique in its schema/,
  ],
  ["no target", { targets: [] }, /names no target/],
  ["a target twice", { targets: [target(), target()] }, /two targets named a/],
  ["a target without URL", { targets: [{ name: "a" }] }, /has no URL, or two of them/],
  ["a file that is not there", { targets: { file: "none.yaml" } }, /cannot read .*none\.yaml/],
  [
    "a command that fails",
    { targets: { command: [process.execPath, "-e", "process.exit(3)"] } },
    /did not name the targets/,
  ],
  [
    "a command that is not there",
    { targets: { command: ["no-such-program"] } },
    /there is no such program/,
  ],
])("%s", async (_, fleet, said) => {
  const text = await read(fleet);
  expect(text).toMatch(said);
  expect(text).not.toContain("s3cret");
});

test("a targets file that does not parse names the line, and nothing of what stands there", async () => {
  write("targets.yaml", `- name: a\n  url: "${SECRET}\n- name: b\n`);
  const text = await read({ targets: { file: "targets.yaml" } });
  expect(text).toMatch(/targets\.yaml is neither YAML nor JSON: MISSING_CHAR, line \d/);
  expect(text).not.toContain("s3cret");
});

test.each([
  ["a list", { targets: [target()] }],
  ["YAML", { targets: { file: write("a.yaml", `- { name: a, url: "${SECRET}" }`) } }],
  ["JSON", { targets: { file: write("a.json", [target()]) } }],
  [
    "a module",
    { targets: { module: write("a.cjs", `module.exports = [${JSON.stringify(target())}]`) } },
  ],
  [
    "a function",
    {
      targets: {
        module: write("b.cjs", `module.exports = async () => [${JSON.stringify(target())}]`),
      },
    },
  ],
  [
    "a command",
    {
      targets: {
        command: [process.execPath, "-e", `console.log('${JSON.stringify([target()])}')`],
      },
    },
  ],
])("targets of %s", async (_, fleet) => {
  expect(await read(fleet)).toEqual([target({ labels: {}, config: {} })]);
});
