import { expect, test } from "vitest";
import { addExecuted } from "../../providers/pgindex/src/engine/build/execute.ts";
import { analyze, reindex } from "../../providers/pgindex/src/engine/plan/buildSteps.ts";
import type { Step } from "../../providers/pgindex/src/engine/plan/step.ts";
import { failureOf, record } from "../support/engine/engine.ts";
import { hold, oidOf, stateOf, until } from "../support/engine/engineDatabase.ts";
import { leave } from "../support/engine/engineLeftovers.ts";
import { useTable } from "../support/engine/engineTable.ts";
import { useSteps } from "../support/engine/executing.ts";

const db = await useTable();
const { desired, build: BUILD, dropStep, run } = await useSteps(db);
const RENAME: Step = {
  kind: "alter",
  sqls: ['ALTER INDEX "i" RENAME TO "aside"', 'ALTER INDEX "aside" RENAME TO "j"'],
  locks: "",
  why: "it has another name",
};

test("a build asks first, makes the index, and tells when by the server's clock", async () => {
  const asked: string[] = [];
  const started = performance.now();
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
  expect(done.buildSeconds).toBeLessThanOrEqual((performance.now() - started) / 1000);
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
    expect.stringMatching(
      /^info: public\.i: it must be dropped: ALTER INDEX .*; DROP INDEX CONCURRENTLY "public"\."i_/,
    ),
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

test("short statements run together, in their order, after their warning", async () => {
  await db.query("CREATE INDEX i ON t (a)");
  const stops = { mode: "ACCESS EXCLUSIVE", on: "table" } as const;
  const { done, lines } = await run([{ ...RENAME, stops, warning: "everybody waits" }]);
  expect(done).toEqual({});
  expect(lines).toEqual([
    "warning: everybody waits",
    "info: public.i: it has another name: " +
      `${(RENAME as { sqls: readonly string[] }).sqls.join("; ")}`,
  ]);
  expect(await stateOf(db, "j")).toBe("t/t/t");
});

test("short statements give way to others, and say whom they wait for", async () => {
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
  expect(recorder.statuses[0]).toMatch(
    /^waiting to alter public\.i \((?:\d+ min )?\d+ s\): pid \d+ /,
  );
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
      run([{ ...RENAME, onlyWithValid: [{ schema: "public", name: "k" }] }]),
    );
    expect(failure.message).toMatch(/k is not valid/);
    expect(await stateOf(db, "i")).toBe("t/t/t");
    expect(await stateOf(db, "j")).toBeUndefined();
  },
);

test("a step that needs a valid index runs when it has one", async () => {
  await db.query("CREATE INDEX i ON t (a)");
  const onlyWithValid = [{ schema: "public", name: "i" }];
  const { lines } = await run([{ ...RENAME, warning: undefined, onlyWithValid }]);
  expect(lines).toEqual([expect.stringMatching(/^info: /)]);
  expect(await stateOf(db, "j")).toBe("t/t/t");
});

test("the parts of a partitioned build add up, and its end is that of the last", () => {
  const first = addExecuted({}, { builtAt: "a", buildSeconds: 1, phaseSeconds: [0.25, 0.75] });
  expect(addExecuted(first, {})).toEqual(first);
  expect(addExecuted(first, { builtAt: "b", buildSeconds: 2, phaseSeconds: [0.5, 1.5] })).toEqual({
    builtAt: "b",
    buildSeconds: 3,
    phaseSeconds: [0.75, 2.25],
  });
});
