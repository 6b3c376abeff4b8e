import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { findingsIn, reviewsIn } from "../../../providers/pgindex/src/plan.ts";
import { createLookFolder, writeLook } from "../../../providers/pgindex/src/review/lookFolder.ts";
import { planText, readPlan, writePlan } from "../../../providers/pgindex/src/review/planFile.ts";
import { OLD_TRANSACTION, plannedIndex, planOf } from "../../support/review/plannedIndex.ts";
import { pgindex } from "../../support/tools/cli.ts";

const folder = mkdtempSync(join(tmpdir(), "pgindex-test-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, "plan.json");
const plan = planOf(plannedIndex());
const text = planText(plan);

test("what was written is read, and only its owner can", () => {
  writeFileSync(file, "", { mode: 0o644 });
  writePlan(file, plan);
  expect(readPlan(file)).toEqual(plan);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test.each([
  ["is cut off", text.slice(0, -9), /is no plan: it is not JSON/],
  ["is another file", '{"version": 3}', /is no plan of pgindex/],
  ["is empty", "", /is no plan: it is not JSON/],
  ["is of another format", text.replace('"formatVersion": 1', '"formatVersion": 2'), /format 2/],
  ["was edited", text.replace('"rows": 5', '"rows": 6'), /was changed after pgindex wrote it/],
  ["has something more", text.replace("{", '{ "more": 1,'), /was changed after pgindex wrote it/],
  ["has no digest", text.replace(/"digest".*\n/, '"x": 1\n'), /was changed after/],
])("a file that %s: one clear error, and exit code 1", async (_what, content, message) => {
  writeFileSync(file, content);
  const { code, out, err } = await pgindex(["plan", "--from", file]);
  expect({ code, out }).toEqual({ code: 1, out: "" });
  expect(err).toMatch(message);
  expect(err).toMatch(/\n {2}why: .*\n {2}fix: /);
});

test("spaces and the order of keys are no edit", () => {
  const { digest, ...rest } = JSON.parse(text);
  writeFileSync(file, JSON.stringify({ digest, ...rest }));
  expect(readPlan(file)).toEqual(plan);
});

test("the command line: no such file, no such format, no place to write", async () => {
  const missing = await pgindex(["plan", "--from", join(folder, "none.json")]);
  expect(missing).toMatchObject({ code: 1, err: expect.stringContaining("cannot read the plan") });
  const format = await pgindex(["plan", "--format", "pdf"]);
  expect(format).toMatchObject({ code: 1, err: expect.stringContaining("'pdf' is invalid") });
  writePlan(file, plan);
  const unwritable = await pgindex(["plan", "--from", file, "--out", join(folder, "no", "p.json")]);
  expect(unwritable).toMatchObject({ code: 1, err: expect.stringContaining("cannot write") });
  const noPulumi = await pgindex(["plan"], { PATH: folder });
  expect(noPulumi).toMatchObject({ code: 1, err: expect.stringContaining("no pulumi on PATH") });
});

test.each([
  ["nothing", {}, "error", 0],
  ["a warning, which is passed over", { drop: { does: "drop", text: "" } }, "error", 0],
  ["a warning, which counts", { drop: { does: "drop", text: "" } }, "warning", 2],
  ["an error", { outcome: "refused", reason: "no" }, "error", 2],
  ["an error, which is passed over", { outcome: "refused", reason: "no" }, "never", 0],
  ["an index that nobody could look at", { outcome: "couldNotLook", reason: "" }, "never", 3],
] as const)("%s: exit code %4$s", async (_what, changes, failOn, code) => {
  writePlan(file, planOf(plannedIndex(changes)));
  const result = await pgindex(["plan", "--from", file, "--fail-on", failOn]);
  expect(result.code).toBe(code);
});

test("a folder that others can read gets no looks", () => {
  const open = createLookFolder();
  chmodSync(open, 0o755);
  const { name: _, action: __, source: ___, ...record } = plannedIndex();
  expect(() => writeLook(open, record)).toThrow(/not a folder of this user's alone/);
  rmSync(open, { recursive: true });
});

test("what a policy pack is told: each finding, and what nobody could look at", () => {
  const unseen = plannedIndex({ outcome: "couldNotLook", reason: "nobody answers" });
  writePlan(file, planOf(plannedIndex({ hazards: [OLD_TRANSACTION] }), unseen));
  const { urn } = unseen;
  expect(findingsIn(file)).toEqual([
    {
      urn,
      index: "public.i",
      code: "old-transaction",
      severity: "warning",
      message: "the build will wait for pid 7",
      fix: "end it",
    },
    {
      urn,
      index: "public.i",
      code: "could-not-look",
      severity: "error",
      message: "could not look, because nobody answers",
    },
  ]);
  const [review] = reviewsIn(file);
  expect(review).toMatchObject({ urn, action: "create", facts: { table: { rows: 5 } } });
  expect(review?.findings.map(({ code }) => code)).toEqual(["old-transaction"]);
  writeFileSync(file, planText(plan).replace('"rows": 5', '"rows": 6'));
  expect(() => findingsIn(file)).toThrow(/was changed after pgindex wrote it/);
});

test("the schema is printed, and a plan is what it says", async () => {
  const { out } = await pgindex(["plan", "--json-schema"]);
  const schema = JSON.parse(out);
  expect(schema.required.toSorted()).toEqual(Object.keys(JSON.parse(text)).toSorted());
});
