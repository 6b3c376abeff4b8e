import { describe, expect, test } from "vitest";
import { type Holder, hold, QUEUED, until } from "../support/engine/engineDatabase.ts";
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

describe("who is in the way of a short lock is shown, and nobody waits behind it", () => {
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
    await until("it says who is in the way", async () =>
      [...stack.statuses, ...stack.lines].join().includes(`pid ${holder.pid}`),
    );
    // They come through while somebody is in the way of the work, which asks for nothing yet.
    for (let i = 0; i < 20; i += 1) {
      await place.db.query(query);
      expect(await place.db.query(QUEUED)).toEqual([]);
    }
    const stateOf = "SELECT state FROM pg_stat_activity WHERE pid = $1";
    expect(await place.db.query(stateOf, [holder.pid])).toEqual([{ state: "idle in transaction" }]);
    await holder.release();
    await working;
    if (command === "up") await stack.destroy();
    expect(await indexes()).toEqual([]);
  });
});
