import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { addUp, execute, type Hooks } from "../../providers/pgindex/src/engine/execute.ts";
import { requireTable } from "../../providers/pgindex/src/engine/look.ts";
import { runWatched } from "../../providers/pgindex/src/engine/monitor.ts";
import { analyze, drop, reindex, type Step } from "../../providers/pgindex/src/engine/steps.ts";
import { withWorkspace } from "../../providers/pgindex/src/engine/workspace.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { declare, failureOf, liveIndex, record, targetOf } from "../support/engine.ts";
import { type Holder, hold, oidOf, settle, stateOf, until } from "../support/engineDatabase.ts";
import { leave } from "../support/engineLeftovers.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db.drop());

beforeEach(async () => {
  await db.query("CREATE TABLE t (a int)");
  await db.query("INSERT INTO t SELECT generate_series(1, 1000)");
});
afterEach(async () => {
  await settle(db);
  await db.query("DROP TABLE t");
});

const desired = await declare({ table: "t", name: "i", columns: ["a"] });
const BUILD: Step = {
  kind: "build",
  name: "i",
  sql: 'CREATE INDEX CONCURRENTLY "i" ON "public"."t" ("a")',
  locks: "",
  why: "it does not exist",
};
/** The drop of what stands there now. */
async function dropStep(): Promise<Step> {
  const oid = (await oidOf(db, "i")) ?? 0;
  return drop(liveIndex({ name: "i", oid }), "it is to go");
}
const RENAME: Step = {
  kind: "alter",
  sqls: ['ALTER INDEX "i" RENAME TO "aside"', 'ALTER INDEX "aside" RENAME TO "j"'],
  locks: "",
  why: "it has another name",
};

/** Runs steps as an attempt does, and tells what was done and said. */
async function run(steps: readonly Step[], recorder = record(), hooks: Hooks = {}) {
  const options = { purpose: "test", searchPath: ["public"] };
  const work = withWorkspace(targetOf(db.url), options, async (workspace) => {
    const table = await requireTable(workspace.observer, desired);
    return execute(steps, { desired, table, workspace, ctx: recorder.ctx, hooks });
  });
  return { ...recorder, done: await work };
}

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
  expect(await db.query("SELECT 1 FROM pg_locks WHERE NOT granted")).toEqual([]);
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

test("a build is asked about first, makes the index, and tells when by the server's clock", async () => {
  const asked: string[] = [];
  const { done, lines } = await run([BUILD], record(), {
    beforeStep: async ({ kind }) => void asked.push(`step ${kind} ${await stateOf(db, "i")}`),
    beforeBuild: async ({ kind }) => void asked.push(`build ${kind} ${await stateOf(db, "i")}`),
  });
  expect(asked).toEqual(["step build undefined", "build build undefined"]);
  expect(await stateOf(db, "i")).toBe("t/t/t");
  expect(lines).toEqual([]);
  const [clock] = await db.query<{ ago: number }>(
    "SELECT extract(epoch FROM clock_timestamp() - $1::timestamptz)::float8 AS ago",
    [done.builtAt],
  );
  expect(done.builtAt).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
  expect(clock?.ago).toBeGreaterThanOrEqual(-0.001);
  expect(done.buildSeconds).toBeGreaterThan(0);
  expect(done.buildSeconds).toBeLessThan(20);
});

test("adoption runs nothing and says nothing", async () => {
  const { done, lines, statuses } = await run([{ kind: "adopt", why: "it stands" }]);
  expect({ done, lines, statuses }).toEqual({ done: {}, lines: [], statuses: [] });
});

test("every other step is told with its reason and its SQL, and runs in its order", async () => {
  const before: string[] = [];
  const recorder = record();
  const { done, lines } = await run(
    [BUILD, reindex(desired, "the trigger has changed"), analyze(desired, "i")],
    recorder,
    { beforeStep: async ({ kind }) => void before.push(`${kind} ${await stateOf(db, "i")}`) },
  );
  expect(before).toEqual(["build undefined", "reindex t/t/t", "analyze t/t/t"]);
  await run([await dropStep()], recorder);
  expect(await stateOf(db, "i")).toBeUndefined();
  await until("the statistics tell of ANALYZE", async () => {
    const rows = await db.query(
      "SELECT 1 FROM pg_stat_user_tables WHERE relname = 't' AND last_analyze IS NOT NULL",
    );
    return rows.length === 1;
  });
  expect(lines).toEqual([
    'info: public.i: the trigger has changed: REINDEX INDEX CONCURRENTLY "public"."i"',
    expect.stringMatching(
      /^info: public\.i: an index on an expression has no .*: ANALYZE "public"\."t"$/,
    ),
    'info: public.i: it is to go: DROP INDEX CONCURRENTLY "public"."i"',
  ]);
  expect(done.buildSeconds).toBeGreaterThan(0);
});

test("a rebuild counts as a build: it has a time and an end", async () => {
  await db.query("CREATE INDEX i ON t (a)");
  const oid = await oidOf(db, "i");
  const { done } = await run([reindex(desired, "the trigger has changed")]);
  expect(done).toEqual({
    builtAt: expect.any(String),
    buildSeconds: expect.any(Number),
    phaseSeconds: expect.any(Array),
  });
  expect(await oidOf(db, "i")).not.toBe(oid);
});

test("short statements run together, in the order that they have, after their warning", async () => {
  await db.query("CREATE INDEX i ON t (a)");
  const { done, lines } = await run([{ ...RENAME, warning: "everybody waits" }]);
  expect(done).toEqual({});
  expect(lines).toEqual([
    "warning: everybody waits",
    `info: public.i: it has another name: ${(RENAME as { sqls: readonly string[] }).sqls.join("; ")}`,
  ]);
  expect(await stateOf(db, "j")).toBe("t/t/t");
});

test("short statements give way to whoever is in their way, and say whom they wait for", async () => {
  await db.query("CREATE INDEX i ON t (a)");
  const holder = await hold(
    db,
    "BEGIN",
    "DELETE FROM t WHERE false",
    "ALTER INDEX i SET (fillfactor = 80)",
  );
  const recorder = record();
  const running = run([RENAME], recorder);
  await until("it waits", async () => recorder.statuses.length > 0);
  expect(recorder.statuses[0]).toMatch(/^waiting to alter public\.i \(\d+ s\): pid \d+ /);
  expect(recorder.statuses[0]).toContain(`pid ${holder.pid} `);
  await holder.release();
  await running;
  expect(await stateOf(db, "j")).toBe("t/t/t");
});

test.each([
  ["an INVALID index", true],
  ["no index", false],
] as const)(
  "a step that needs a valid index refuses %s, and changes nothing",
  async (_, isThere) => {
    await db.query("CREATE INDEX i ON t (a)");
    if (isThere) await leave(db, { table: "t", index: "k", body: "(a)", state: "f/t/t" });
    const failure = await failureOf(
      run([{ ...RENAME, onlyWithValid: { schema: "public", name: "k" } }]),
    );
    expect(failure.message).toMatch(/k is not valid/);
    expect(await stateOf(db, "i")).toBe("t/t/t");
    expect(await stateOf(db, "j")).toBeUndefined();
  },
);

test("a step that needs a valid index runs when it has one", async () => {
  await db.query("CREATE INDEX i ON t (a)");
  await run([{ ...RENAME, onlyWithValid: { schema: "public", name: "i" } }]);
  expect(await stateOf(db, "j")).toBe("t/t/t");
});

test("on a partition: under its own key and after whoever works there; the key is given back", async () => {
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
});

test("a partition without a position is named", async () => {
  const [{ oid = 0 } = {}] = await db.query<{ oid: number }>("SELECT 't'::regclass::oid AS oid");
  const { statuses } = await run([{ ...BUILD, on: { schema: "public", table: "t", oid } }]);
  expect(statuses[0]).toBe("public.t: building");
});

test("the parts of a partitioned build add up, and its end is that of the last", () => {
  const first = addUp({}, { builtAt: "a", buildSeconds: 1 });
  expect(addUp(first, {})).toEqual({ builtAt: "a", buildSeconds: 1 });
  expect(addUp(first, { builtAt: "b", buildSeconds: 2 })).toEqual({
    builtAt: "b",
    buildSeconds: 3,
  });
});

async function heldKeys(): Promise<string[]> {
  const rows = await db.query<{ key: string }>(
    `SELECT classid || ' ' || objid AS key FROM pg_locks WHERE locktype = 'advisory'
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );
  return rows.map(({ key }) => key);
}
