import { describe, expect, test } from "vitest";
import { type Holder, hold, until } from "../support/engine/engineDatabase.ts";
import { ALL, matching, usePartitions } from "./partitionedTable.ts";

const { place, stackOf, indexes } = usePartitions();

test("only entry and drop of a partitioned index need anything of the table's users", async () => {
  const stack = stackOf({ columns: ["id"] });
  let holder: Holder | undefined;
  // A writer that has come as far as the table above, from the first build on.
  await stack.up(
    {},
    {
      beforeStep: async (step) => {
        if (step.kind !== "build") return;
        holder ??= await hold(place.db, "BEGIN", "LOCK TABLE ONLY app.m IN ROW EXCLUSIVE MODE");
      },
    },
  );
  await holder?.release();
  expect(await indexes()).toEqual(matching(...ALL));
});

describe("who is in the way of a short lock is shown, and others wait only a moment", () => {
  test.each([
    ["an attach, by a reader", "up", "SELECT 1 FROM app.m1 LIMIT 1", "SELECT count(*) FROM app.m1"],
    [
      "the drop, by a reader",
      "destroy",
      "SELECT 1 FROM app.m1 LIMIT 1",
      "SELECT count(*) FROM app.m1",
    ],
    [
      "the parent's entry, by a writer",
      "up",
      "DELETE FROM app.m WHERE false",
      "DELETE FROM app.m WHERE false",
    ],
  ] as const)("%s", async (_title, command, holding, query) => {
    const stack = stackOf({ columns: ["id"] });
    if (command === "destroy") await stack.up();
    else await place.db.query("CREATE INDEX app_m1 ON app.m1 (id)");
    const holder = await hold(place.db, "BEGIN", holding);
    const working = command === "up" ? stack.up() : stack.destroy();
    await until("it waits for its lock", async () => {
      const [waiting] = await place.db.query(
        "SELECT 1 FROM pg_locks WHERE NOT granted AND locktype = 'relation' AND database = " +
          "(SELECT oid FROM pg_database WHERE datname = current_database())",
      );
      return waiting !== undefined;
    });
    const waits: number[] = [];
    for (let i = 0; i < 4; i += 1) {
      const started = performance.now();
      await place.db.query(query);
      waits.push(performance.now() - started);
    }
    await until("it says who is in the way", async () =>
      [...stack.statuses, ...stack.lines].join().includes(`pid ${holder.pid}`),
    );
    await holder.release();
    await working;
    // A second of lock timeout, and what a loaded machine adds.
    expect(Math.max(...waits)).toBeLessThan(2500);
    if (command === "up") await stack.destroy();
    expect(await indexes()).toEqual([]);
  });
});
