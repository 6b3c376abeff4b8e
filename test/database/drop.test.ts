import { describe, expect, test } from "vitest";
import { CancelledError } from "../../providers/pgindex/src/engine/errors/advice.ts";
import { useBuiltIndex } from "../support/engine/builtIndex.ts";
import { failureOf, record } from "../support/engine/engine.ts";
import { hold, holdWrite, stateOf, until, untilWaiting } from "../support/engine/engineDatabase.ts";
import { LEFTOVER_STATES, leave } from "../support/engine/engineLeftovers.ts";

const built = useBuiltIndex();

describe("success when it is gone already", () => {
  test.each([
    ["dropped by somebody else", "DROP INDEX t_idx"],
    ["with its table", "DROP TABLE t"],
    [
      "and its name is another relation's",
      "DROP INDEX t_idx; CREATE VIEW t_idx AS SELECT 1 AS one",
    ],
  ])("%s", async (_title, statement) => {
    await built.db.query(statement);
    const before = await built.db.query("SELECT oid FROM pg_class ORDER BY oid");
    await built.drop();
    expect(await built.db.query("SELECT oid FROM pg_class ORDER BY oid")).toEqual(before);
  });

  test("twice at once", async () => {
    await Promise.all([built.drop(), built.drop()]);
    expect(await stateOf(built.db, "t_idx")).toBeUndefined();
  });
});

test("REINDEX changes the OID, not the index: it is still ours", async () => {
  await built.db.query("REINDEX INDEX CONCURRENTLY t_idx");
  await built.drop();
  expect(await stateOf(built.db, "t_idx")).toBeUndefined();
});

describe.each(LEFTOVER_STATES)("what an interrupted statement left, %s", (state) => {
  test("is dropped to the end", async () => {
    await built.db.query("DROP INDEX t_idx");
    await leave(built.db, { state, table: "t", index: "t_idx", body: "(a)" });
    await built.drop();
    expect(await stateOf(built.db, "t_idx")).toBeUndefined();
  });
});

test("an old transaction is waited for while queries still have the index", async () => {
  const reader = await hold(built.db, "BEGIN", "SELECT a FROM t LIMIT 1");
  await until("the transaction is old", async () => {
    const [row] = await built.db.query<{ old: boolean }>(
      "SELECT clock_timestamp() - xact_start > interval '2.2 s' AS old FROM pg_stat_activity " +
        "WHERE pid = $1",
      [reader.pid],
    );
    return row?.old;
  });
  const recorder = record();
  const dropping = built.drop(recorder);
  await until("it waits", async () =>
    recorder.statuses.some(
      (line) =>
        line.startsWith(
          `not dropping public.t_idx yet, it would wait for open transactions on t`,
        ) && line.includes(`pid ${reader.pid} `),
    ),
  );
  expect(await stateOf(built.db, "t_idx")).toBe("t/t/t");
  await reader.release();
  await dropping;
  expect(await stateOf(built.db, "t_idx")).toBeUndefined();
});

describe("a cancel", () => {
  test("before the drop has begun leaves the index as it is", async () => {
    const holder = await hold(built.db, "BEGIN", "LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE");
    const recorder = record();
    const dropping = failureOf(built.drop(recorder));
    await until("it waits", async () =>
      recorder.statuses.some(
        (line) =>
          line.startsWith("waiting for others to finish") && line.includes(`pid ${holder.pid}`),
      ),
    );
    recorder.cancel();
    const failure = await dropping;
    expect(failure).toBeInstanceOf(CancelledError);
    expect(failure.message).toBe("cancelled; the index is unchanged");
    expect(await stateOf(built.db, "t_idx")).toBe("t/t/t");
  });

  test("in mid-drop says that it is half done; the next run finishes it", async () => {
    const writer = await holdWrite(built.db, "t");
    const recorder = record();
    const dropping = failureOf(built.drop(recorder));
    await untilWaiting(built.db, "DROP INDEX CONCURRENTLY");
    recorder.cancel();
    expect((await dropping).message).toMatch(/^cancelled; the index is half dropped/);
    expect(await stateOf(built.db, "t_idx")).toBe("f/t/t");
    await writer.release();
    await built.drop();
    expect(await stateOf(built.db, "t_idx")).toBeUndefined();
  });
});

test("a drop whose session somebody else ends is finished", async () => {
  const writer = await holdWrite(built.db, "t");
  const recorder = record();
  const dropping = built.drop(recorder);
  const pid = await untilWaiting(built.db, "DROP INDEX CONCURRENTLY");
  await built.db.query("SELECT pg_terminate_backend($1)", [pid]);
  await writer.release();
  await dropping;
  expect(await stateOf(built.db, "t_idx")).toBeUndefined();
  expect(recorder.lines[0]).toMatch(/^info: dropping public\.t_idx: \d+ kB, 0 scans since .*/);
  expect(recorder.lines[1]).toMatch(/^info: attempt 1 was interrupted/);
});
