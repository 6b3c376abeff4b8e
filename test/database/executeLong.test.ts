import { describe, expect, test } from "vitest";
import { ChangedError } from "../../providers/pgindex/src/engine/errors/advice.ts";
import { Patience } from "../../providers/pgindex/src/engine/operation/patience.ts";
import { analyze, reindex } from "../../providers/pgindex/src/engine/plan/buildSteps.ts";
import { withWorkspace } from "../../providers/pgindex/src/engine/session/workspace.ts";
import { runWatched } from "../../providers/pgindex/src/engine/watch/watchedStatement.ts";
import { failureOf, record, targetOf } from "../support/engine/engine.ts";
import { type Holder, hold, QUEUED, stateOf, until } from "../support/engine/engineDatabase.ts";
import { useTable } from "../support/engine/engineTable.ts";
import { useSteps } from "../support/engine/executing.ts";

const db = await useTable();
const { desired, build: BUILD, dropStep, run } = await useSteps(db);

test("a build waits, off the queue, for who has come while it was being prepared", async () => {
  let other: Holder | undefined;
  const recorder = record();
  const running = run([BUILD], recorder, {
    beforeBuild: async () => {
      other = await hold(db, "BEGIN", "LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE");
    },
  });
  await until("it waits", async () =>
    recorder.statuses.find((line) => line.startsWith("waiting for others to finish on public.t")),
  );
  expect(await db.query(QUEUED)).toEqual([]);
  await other?.release();
  await running;
  expect(await stateOf(db, "i")).toBe("t/t/t");
});

test("a build that queues behind somebody all the same leaves the queue at once", async () => {
  const other = await hold(db, "BEGIN", "LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE");
  const { ctx } = record();
  const watched = withWorkspace(targetOf(db.url), { purpose: "t", searchPath: [] }, (workspace) =>
    runWatched(BUILD.sql, { ...workspace, ctx, verb: "building", isBuild: true }),
  );
  expect(await failureOf(watched)).toMatchObject({
    name: "GaveWay",
    message: expect.stringMatching(/^left the queue behind pid \d+ .*LOCK TABLE t/),
  });
  await other.release();
  expect(await stateOf(db, "i")).toBeUndefined();
});

test("on a partition: under its own key, after others, and the key is given back", async () => {
  const [{ oid = 0 } = {}] = await db.query<{ oid: number }>("SELECT 't'::regclass::oid AS oid");
  const on = { schema: "public", table: "t", oid };
  const worker = await hold(db, "BEGIN", "LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE");
  const recorder = record();
  const keys: string[][] = [];
  const next = analyze(desired, "i");
  const running = run([{ ...BUILD, on, position: "partition 1 of 2" }, next], recorder, {
    beforeStep: async () => void keys.push(await heldKeys()),
  });
  await until("it waits", async () => recorder.statuses.length > 1);
  expect(recorder.statuses[0]).toBe("partition 1 of 2: building");
  expect(recorder.statuses[1]).toContain("waiting for others to finish on public.t");
  expect(recorder.statuses[1]).toContain(`pid ${worker.pid} `);
  expect(await heldKeys()).toHaveLength(1);
  expect(await stateOf(db, "i")).toBeUndefined();
  await worker.release();
  await running;
  expect(keys).toEqual([[], []]);
  expect(await stateOf(db, "i")).toBe("t/t/t");
});

test("a partition without a position is named, with what is done there", async () => {
  const on = { schema: "public", table: "t", oid: await tableOid() };
  const steps = [BUILD, reindex(desired, "the trigger has changed"), analyze(desired, "i")];
  const { statuses } = await run(steps.map((step) => ({ ...step, on })));
  expect(statuses.filter((status) => status.startsWith("public.t: "))).toEqual([
    "public.t: building",
    "public.t: rebuilding",
    "public.t: ANALYZE",
  ]);
});

describe("what is to be dropped, and is no longer what it was,", () => {
  const others: [change: string, statement: string][] = [
    ["is another index", "DROP INDEX i; CREATE INDEX i ON t (b)"],
    ["has another name", "ALTER INDEX i RENAME TO j"],
    ["is INVALID", "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'i'::regclass"],
  ];
  test.each(others)("is left, and looked at again: it %s", async (_change, statement) => {
    await db.query("CREATE INDEX i ON t (a)");
    const step = await dropStep();
    await db.query(statement);
    const before = await db.query("SELECT indexrelid FROM pg_index WHERE indrelid = 't'::regclass");
    expect(await failureOf(run([step]))).toBeInstanceOf(ChangedError);
    const after = await db.query("SELECT indexrelid FROM pg_index WHERE indrelid = 't'::regclass");
    expect(after).toEqual(before);
  });

  test.each(others)("is passed over on a partition: it %s", async (_change, statement) => {
    await db.query("CREATE INDEX i ON t (a)");
    const step = {
      ...(await dropStep()),
      on: { schema: "public", table: "t", oid: await tableOid() },
    };
    await db.query(statement);
    await run([step]);
    const after = await db.query("SELECT 1 FROM pg_index WHERE indrelid = 't'::regclass");
    expect(after).toHaveLength(1);
  });
});

describe("behind somebody who stays", () => {
  const IN_TIME = { buildWithinMs: 600 };

  test.each([
    ["building", async () => BUILD],
    ["rebuilding", async () => reindex(desired, "the trigger has changed")],
  ])("%s ends with buildWithin", async (verb, step) => {
    if (verb === "rebuilding") await db.query("CREATE INDEX i ON t (a)");
    const writer = await hold(db, "BEGIN", "INSERT INTO t VALUES (0, 0)");
    const recorder = record();
    const ctx = { ...recorder.ctx, patience: new Patience(IN_TIME) };
    expect(await failureOf(run([await step()], { ...recorder, ctx }))).toMatchObject({
      name: "OutOfPatience",
      option: "buildWithin",
    });
    await writer.release();
  });

  test("a drop says so, and is no build that ends with buildWithin", async () => {
    await db.query("CREATE INDEX i ON t (a)");
    const reader = await hold(db, "BEGIN", "SELECT a FROM t LIMIT 1");
    const recorder = record();
    const ctx = { ...recorder.ctx, patience: new Patience(IN_TIME) };
    const dropping = run([await dropStep()], { ...recorder, ctx });
    await until("it has taken longer than a build may", async () =>
      recorder.statuses.find((line) => /^dropping i, ([2-9]|\d\d) s/.test(line)),
    );
    await reader.release();
    await dropping;
    expect(await stateOf(db, "i")).toBeUndefined();
  });
});

async function tableOid(): Promise<number> {
  const rows = await db.query<{ oid: number }>("SELECT 't'::regclass::oid::int8::float8 AS oid");
  return rows[0]?.oid ?? 0;
}

async function heldKeys(): Promise<string[]> {
  const rows = await db.query<{ key: string }>(
    `SELECT classid || ' ' || objid AS key FROM pg_locks WHERE locktype = 'advisory'
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );
  return rows.map(({ key }) => key);
}
