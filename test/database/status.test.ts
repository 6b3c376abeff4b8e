import { writeFile } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { IndexOutputs } from "../../providers/pgindex/src/engine/record/outputs.ts";
import { holdWrite, settle, untilPhase } from "../support/engine/engineDatabase.ts";
import { leave } from "../support/engine/engineLeftovers.ts";
import { buildIndex, exported, writeState } from "../support/pulumi/stackState.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";
import { pgindex } from "../support/tools/cli.ts";

let db: TestDatabase;
let built: IndexOutputs;
let state: string;

beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db.drop());

beforeEach(async () => {
  await db.query("CREATE TABLE t (a int, b int)");
  await db.query("INSERT INTO t SELECT i, i FROM generate_series(1, 1000) i");
  built = await buildIndex(db.url, { table: "t", name: "i", columns: ["a"] });
  state = await writeState([exported("Index", "i", built), exported("Verification", "v", PROOF)]);
});
afterEach(async () => {
  await settle(db);
  await db.query("DROP TABLE t");
});

const PROOF = {
  schemaVersion: 1,
  index: "public.i",
  queries: [{ name: "by a", planType: "Index Scan", usesIndex: true, executionMs: 0.1 }],
};

async function status(...args: string[]) {
  return pgindex(["status", "--state", state, ...args], { DATABASE_URL: db.url });
}

async function statusOfIndex(url = db.url) {
  const { code, out, err } = await pgindex(["status", "--state", state, "--json"], {
    DATABASE_URL: url,
  });
  const { indexes, ...rest } = JSON.parse(out);
  return { code, err, index: indexes[0], ...rest };
}

test("a valid index: its size, scans, plan, and that all is well", async () => {
  expect(await statusOfIndex()).toMatchObject({
    code: 0,
    err: "",
    stack: "production",
    ok: true,
    builds: [],
    index: {
      urn: "urn:pulumi:production::shop::pulumi-nodejs:pgindex:Index::i",
      schema: "public",
      name: "i",
      table: "t",
      state: "valid",
      drift: null,
      sizeBytes: built.sizeBytes,
      scans: 0,
      builtAt: built.builtAt,
      plans: [{ query: "by a", planType: "Index Scan", usesIndex: true, executionMs: 0.1 }],
    },
  });
});

test("a table for people, without colours or control characters", async () => {
  const { code, out } = await status();
  expect(code).toBe(0);
  expect(out).toMatch(/│ index +│ state │ size +│ scans │ last used │ plan +│/);
  expect(out).toMatch(/│ public\.i │ valid │ \d+ kB +│ 0 +│ +│ by a: Index Scan │/);
  expect(out).not.toContain("\u001b");
});

test("an index that was dropped outside", async () => {
  await db.query("DROP INDEX i");
  expect(await statusOfIndex()).toMatchObject({
    code: 1,
    ok: false,
    index: { state: "missing", drift: "it is not there", sizeBytes: null, scans: null },
  });
});

test("an index that is something else now", async () => {
  await db.query("DROP INDEX i; CREATE INDEX i ON t (b)");
  const { code, index } = await statusOfIndex();
  expect({ code, state: index.state }).toEqual({ code: 1, state: "drifted" });
  expect(index.drift).toMatch(/^redefined outside: columns: declared a .*, found b /);
  expect((await status()).out).toContain(`public.i: ${index.drift}`);
});

test("an INVALID index is told from one that is being built", async () => {
  await db.query("DROP INDEX i");
  await leave(db, { table: "t", index: "i", body: "(a)", state: "f/t/t" });
  expect(await statusOfIndex()).toMatchObject({ code: 1, index: { state: "invalid" } });
  await db.query("DROP INDEX i");
  const writer = await holdWrite(db, "t");
  const builder = await db.connect();
  const building = builder.query("CREATE INDEX CONCURRENTLY i ON t (a)");
  const pid = await untilPhase(db, "waiting for writers before build");
  expect(await statusOfIndex()).toMatchObject({
    code: 0,
    ok: false,
    index: { state: "building" },
    builds: [
      {
        pid,
        table: "public.t",
        index: "public.i",
        progress: { phase: "waiting for writers before build" },
        blockers: [{ pid: writer.pid }],
        waiters: [],
      },
    ],
  });
  expect((await status()).out).toContain(`pid ${pid} builds public.i: waiting for writers`);
  await writer.release();
  await building;
});

test("a stack without indexes", async () => {
  state = await writeState([]);
  expect(await status()).toMatchObject({
    code: 0,
    out: "The stack production has no indexes yet.\n",
  });
});

test.each([
  ["no state", "{}", "cannot read the state of the stack"],
  ["no JSON", "x", "cannot read the state of the stack"],
])("%s", async (_, text, message) => {
  await writeFile(state, text);
  const { code, err } = await status();
  expect(code).toBe(1);
  expect(err).toContain(message);
});

test("a machine without Pulumi is told what to do", async () => {
  const { code, err } = await pgindex(["status"], { DATABASE_URL: db.url, PATH: "/nowhere" });
  expect(code).toBe(1);
  expect(err).toContain("there is no pulumi on PATH");
});

test("an index that another role builds is being built, also where its progress is hidden", async () => {
  const role = `${db.name}_viewer`;
  await db.query(`CREATE ROLE ${role} LOGIN PASSWORD 'x'`);
  const url = Object.assign(new URL(db.url), { username: role, password: "x" }).href;
  await db.query("DROP INDEX i");
  const other = await holdWrite(db, "t");
  const builder = await db.connect();
  const building = builder.query("CREATE INDEX CONCURRENTLY i ON t (a)");
  await untilPhase(db, "waiting for writers before build");
  const { index, builds } = await statusOfIndex(url);
  await other.release();
  await building;
  await db.query(`DROP ROLE ${role}`);
  expect(index.state).toBe("building");
  expect(builds).toEqual([expect.objectContaining({ table: "public.t", index: "public.i" })]);
});
