import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { toPhases } from "../../providers/pgindex/src/engine/watch/phases.ts";
import { record } from "../support/engine/engine.ts";
import { holdWrite, until } from "../support/engine/engineDatabase.ts";
import { buildIndex, exported, writeState } from "../support/pulumi/stackState.ts";
import { queryOf, verificationOf } from "../support/report/report.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";
import { temporaryFolder } from "../support/temporaryFolder.ts";
import { pgindex } from "../support/tools/cli.ts";

let db: TestDatabase;
let state: string;
let folder: string;

beforeAll(async () => {
  db = await createDatabase();
  await db.query("CREATE TABLE t (a int)");
  await db.query("INSERT INTO t SELECT i FROM generate_series(1, 1000) i");
  const built = await buildIndex(db.url, { table: "t", name: "i", columns: ["a"] });
  const [, proof] = verificationOf("public.i", [queryOf("by a")]);
  const verification = { schemaVersion: 1, ...proof };
  state = await writeState([
    exported("Index", "i", built),
    exported("Verification", "v", verification),
  ]);
  folder = temporaryFolder("report");
});
afterAll(() => db.drop());

async function report(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return pgindex(["report", "--state", state, ...args], env);
}

test("a page, of which the path is printed", async () => {
  const out = join(folder, "report.html");
  expect(await report(["--out", out])).toEqual({ code: 0, out: `${out}\n`, err: "" });
  const page = await readFile(out, "utf8");
  expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
  expect(page).toContain("<title>Indexes of production</title>");
});

test("Markdown and JSON are printed", async () => {
  const markdown = await report(["--format", "markdown"]);
  expect(markdown).toMatchObject({ code: 0, err: "" });
  expect(markdown.out).toContain("| `public.i` | `valid` |");
  const json = await report(["--json"]);
  expect(JSON.parse(json.out)).toMatchObject({
    schemaVersion: 1,
    stack: { name: "production", lookedAt: null, indexes: [{ index: "public.i" }] },
    earlier: null,
  });
});

test("where a database's URL is set, it shows what the database says now", async () => {
  await db.query("DROP INDEX i");
  const env = { DATABASE_URL: db.url };
  const { stack, generatedAt } = JSON.parse((await report(["--json"], env)).out);
  expect(stack).toMatchObject({
    lookedAt: generatedAt,
    indexes: [{ state: "missing", drift: "it is not there", sizeBytes: null }],
  });
  const recorded = JSON.parse((await report(["--json", "--no-live"], env)).out);
  expect(recorded.stack).toMatchObject({ lookedAt: null, indexes: [{ state: "valid" }] });
});

test("the stack that went first, and measurements of others", async () => {
  const extra = join(folder, "extra.json");
  const results = [{ promise: "no failed write", measured: "0 of 9000", ok: true }];
  await writeFile(extra, JSON.stringify({ title: "load test", results }));
  const args = ["--earlier-state", state, "--soak", "0s", "--extra", extra, "--json"];
  const { earlier, checklist, ...rest } = JSON.parse((await report(args)).out);
  expect({ earlier: earlier.name, extra: rest.extra.title }).toEqual({
    earlier: "production",
    extra: "load test",
  });
  expect(checklist[3]).toMatchObject({
    title: "They soaked in production for 0s first",
    isDone: true,
  });
});

test.each([
  ["--extra", "/nowhere/extra.json", "cannot read /nowhere/extra.json"],
  ["--out", "/nowhere/report.html", "cannot write /nowhere/report.html"],
  ["--soak", "24", 'a number with a unit, such as "24h"'],
  ["--format", "pdf", "Allowed choices are html, markdown, json"],
])("%s %s", async (option, value, message) => {
  const { code, err } = await report([option, value]);
  expect(code).toBe(1);
  expect(err).toContain(message);
});

test("a build knows how long its phases took", async () => {
  const writer = await holdWrite(db, "t");
  const recorder = record();
  const building = buildIndex(db.url, { table: "t", name: "held", columns: ["a"] }, recorder);
  // Half a second lies between two looks at the least.
  await until("it was seen waiting three times", async () => {
    const seen = recorder.statuses.filter((line) => line.startsWith("waiting for writers before"));
    return seen.length > 2;
  });
  await writer.release();
  const { phaseSeconds, buildSeconds } = await building;
  const phases = toPhases(phaseSeconds);
  const waited = phases.find(({ phase }) => phase === "waiting for writers before build");
  expect(waited?.seconds).toBeGreaterThan(0.4);
  const sum = phases.reduce((total, { seconds }) => total + seconds, 0);
  expect(Math.abs(sum - (buildSeconds ?? 0))).toBeLessThan(0.01);
});
