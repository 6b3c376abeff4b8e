// The workflows that people copy, of which test/pulumi/plan.test.ts runs what needs no GitHub, and ours.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { contentsOf, ELSEWHERE } from "../../../tools/docs-site/contents.mjs";
import { stepsIn, workflowSteps } from "../../support/tools/workflow.ts";

const OURS = join(".github", "workflows");
const files = ["examples/github-actions", OURS].flatMap((folder) =>
  readdirSync(folder).map((file) => join(folder, file)),
);

test.each(files)("%s: shell that parses, and no value that is pasted into it", (file) => {
  expect(parse(readFileSync(file, "utf8"))).toMatchObject({ permissions: expect.anything() });
  for (const { run, uses } of stepsIn(file)) {
    expect([run, uses].filter(Boolean)).toHaveLength(1);
    if (uses !== undefined) expect(uses).toMatch(/^[\w-]+(\/[\w-]+)+@v\d/);
    if (run === undefined) continue;
    execFileSync("bash", ["-n", "-c", run]);
    // A branch or a title could hold shell.
    expect(run).not.toContain("$" + "{{");
  }
});

test("the release attaches the archives that its script makes", () => {
  const shell = stepsIn(join(OURS, "release.yml")).map(({ run = "" }) => run);
  expect(shell).toContain("bash tools/release/archive.sh release");
  const script = readFileSync("tools/release/archive.sh", "utf8");
  execFileSync("bash", ["-n", "-c", script]);
  expect(script).toContain("pulumi-resource-pgindex-v$version-$system-$machine.tar.gz");
});

test("every variable of a step is GitHub's, the workflow's or the step's own", () => {
  for (const { run = "", env = {} } of workflowSteps("plan")) {
    const own = [...run.matchAll(/^\s*(\w+)=/gm)].map(([, variable]) => variable);
    const known = ["STACK", ...Object.keys(env), ...own];
    const used = [...run.matchAll(/\$\{?([A-Za-z_]\w*)/g)].map(([, variable = ""]) => variable);
    expect(used.filter((each) => !/^GITHUB_/.test(each) && !known.includes(each))).toEqual([]);
  }
});

test("a release is of the version in its tag, proves where it was built, and carries its bill of materials", () => {
  const lines = stepsIn(join(OURS, "release.yml")).map(({ run = "" }) => run);
  const text = lines.join("\n");
  expect(text).toContain("npm publish");
  expect(text).toContain("--provenance");
  expect(text).toContain("bom.cdx.json");
  for (const field of ["repository.url=", "homepage=", "bugs.url="]) expect(text).toContain(field);
  expect(readFileSync(join(OURS, "release.yml"), "utf8")).toMatch(/id-token: write/);
});

test("every document has its place in the contents, which are the site's sidebar", () => {
  const groups = contentsOf(readFileSync("docs/README.md", "utf8"));
  const pages = readdirSync("docs").filter((name) => /(?<!^README)\.md$/.test(name));
  const linked = groups.flatMap(({ items }) => items.map(({ link }) => `${link.slice(1)}.md`));
  expect([...new Set(linked)].sort()).toEqual(
    pages.filter((page) => !ELSEWHERE.includes(page)).sort(),
  );
});
