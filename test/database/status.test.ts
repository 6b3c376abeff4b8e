import { writeFile } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { IndexOutputs } from "../../providers/pgindex/src/engine/record/outputs.ts";
import { holdWrite, settle, until, untilPhase } from "../support/engine/engineDatabase.ts";
import { leave } from "../support/engine/engineLeftovers.ts";
import { buildIndex, exported, writeState } from "../support/pulumi/stackState.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";
import { pgindex, SAYS_WHICH } from "../support/tools/cli.ts";

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
    err: expect.stringMatching(SAYS_WHICH),
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
    code: 2,
    ok: false,
    index: { state: "missing", drift: "it is not there", sizeBytes: null, scans: null },
  });
});

test("an index that is something else now", async () => {
  await db.query("DROP INDEX i; CREATE INDEX i ON t (b)");
  const { code, index } = await statusOfIndex();
  expect({ code, state: index.state }).toEqual({ code: 2, state: "drifted" });
  expect(index.drift).toMatch(/^redefined outside: columns: declared a .*, found b /);
  expect((await status()).out).toContain(`public.i: ${index.drift}`);
});

test("an INVALID index is told from one that is being built", async () => {
  await db.query("DROP INDEX i");
  await leave(db, { table: "t", index: "i", body: "(a)", state: "f/t/t" });
  expect(await statusOfIndex()).toMatchObject({ code: 2, index: { state: "invalid" } });
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

describe("what a destroy would do, which no preview of Pulumi's can ask a provider", () => {
  const forecast = async () => {
    const { out } = await status();
    return /^pulumi destroy would .*$/m.exec(out)?.[0];
  };
  const recordedAs = async (more: object) => {
    state = await writeState([exported("Index", "i", { ...built, ...more })]);
  };

  test("what the stack built goes, with its size, scans, builder and statement", async () => {
    await db.query("SET enable_seqscan = off; SELECT * FROM t WHERE a = 7");
    await db.query("RESET enable_seqscan");
    await until("the scan is counted", async () =>
      / 1 scans since /.test((await forecast()) ?? ""),
    );
    expect(await forecast()).toMatch(
      /^pulumi destroy would drop public\.i: \d+ kB, 1 scans since .*; built by the stack; CREATE INDEX i ON public\.t USING btree \(a\)$/,
    );
    const { out } = await pgindex(["status", "--state", state, "--json"], { DATABASE_URL: db.url });
    expect(JSON.parse(out).destroy).toMatchObject([{ index: "public.i", does: "drop" }]);
  });

  test.each<[title: string, recorded: object, sql: string, text: RegExp]>([
    [
      "found, not built",
      { origin: "adopted", adopted: true },
      "",
      /keep public\.i: \d+ kB; it stood before/,
    ],
    [
      "declared to stay",
      { dropOnDestroy: false },
      "",
      /keep public\.i: \d+ kB; dropOnDestroy is false/,
    ],
    [
      "built anew by somebody",
      { ownerId: "abc", markedOid: 1 },
      "",
      /keep public\.i: \d+ kB; it is not the one that this stack built/,
    ],
    ["gone", {}, "DROP INDEX i", /find nothing of public\.i: it is not there/],
    [
      "redefined",
      {},
      "DROP INDEX i; CREATE INDEX i ON t (b)",
      /refuse public\.i: .*another|refuse public\.i: refused to drop/,
    ],
    [
      "on another database",
      { database: { systemIdentifier: "1", oid: 1, name: "x" } },
      "",
      /refuse public\.i: .*the state was recorded on x@1\/1/,
    ],
    [
      "with what an interrupted run has left",
      {},
      "CREATE INDEX i_pgindex_old ON t (b)",
      /drop public\.i: .*; and its leftovers public\.i_pgindex_old/,
    ],
    [
      "the replica identity",
      {},
      "ALTER TABLE t ALTER a SET NOT NULL; DROP INDEX i; CREATE UNIQUE INDEX i ON t (a); ALTER TABLE t REPLICA IDENTITY USING INDEX i",
      /refuse public\.i: /,
    ],
  ])("%s", async (_title, recorded, sql, text) => {
    await recordedAs(recorded);
    if (sql) await db.query(sql);
    expect(await forecast()).toMatch(text);
  });

  test("a role that may only read is told the same", async () => {
    const role = `${db.name}_reader`;
    await db.query(`CREATE ROLE ${role} LOGIN PASSWORD 'x'`);
    const url = Object.assign(new URL(db.url), { username: role, password: "x" }).href;
    const { out } = await pgindex(["status", "--state", state], { DATABASE_URL: url });
    await db.query(`DROP ROLE ${role}`);
    expect(out).toContain("pulumi destroy would drop public.i: ");
  });
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
  expect(code).toBe(3);
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
