import { afterEach, describe, expect, test } from "vitest";
import { childName } from "../../providers/pgindex/src/engine/declare/names.ts";
import { declare, failureOf } from "../support/engine/engine.ts";
import { hold, settle, stateOf, until } from "../support/engine/engineDatabase.ts";
import { matching, usePartitions } from "./partitionedTable.ts";

const { place, stackOf, indexes } = usePartitions();

// What a test has detached is nobody's partition, and would be in the way of the next.
afterEach(async () => {
  await settle(place.db);
  await place.db.query("DROP TABLE IF EXISTS app.m1, old.m2, old.m2a CASCADE");
});

/** Detaches a partition as soon as its index is built, before that is attached. */
function detachAfterBuild(detach: string, table: string) {
  let isDone = false;
  return {
    afterStep: async ({ kind, on }: { kind: string; on?: { table: string } }) => {
      if (isDone || kind !== "build" || on?.table !== table) return;
      isDone = true;
      await place.db.query(detach);
    },
  };
}

const PARTS = [
  ["a partition", "ALTER TABLE app.m DETACH PARTITION app.m1", "m1", "app.m1"],
  ["a partition of a partition", "ALTER TABLE old.m2 DETACH PARTITION old.m2a", "m2a", "old.m2a"],
  ["one with partitions", "ALTER TABLE app.m DETACH PARTITION old.m2", "m2a", "old.m2"],
] as const;

describe("a partition that is detached in the middle of a build", () => {
  test.each(PARTS)("loses the index that it needs no more: %s", async (_, detach, built, name) => {
    const stack = stackOf({ columns: ["id"] });
    const { message } = await failureOf(stack.up({}, detachAfterBuild(detach, built)));
    expect(message).toContain(`${name} was detached from app.m meanwhile; its index `);
    expect(message).toContain("was dropped");
    expect(message).not.toContain("adopts it");
    const table = name.split(".")[1];
    const left = (await indexes()).filter((line) => line.startsWith(`${table}.`));
    expect(left).toEqual([]);

    await stack.up();
    expect((await indexes()).filter((line) => line.startsWith(`${table}.`))).toEqual([]);
    expect(await stateOf(place.db, "m_idx")).toBe("t/t/t");
    expect(await stack.preview()).toContainEqual(expect.stringMatching(/^builds nothing/));
  });

  test("and the index whose last partition it was is complete without it", async () => {
    const stack = stackOf({ columns: ["id"] });
    const detach = "ALTER TABLE app.m DETACH PARTITION old.m2";
    await failureOf(stack.up({}, detachAfterBuild(detach, "m2a")));
    await stack.up();
    expect(await stateOf(place.db, "m_idx")).toBe("t/t/t");
  });

  test("and an index that has lost all of its partitions is complete without any", async () => {
    const stack = stackOf({ columns: ["id"] });
    const detach =
      "ALTER TABLE app.m DETACH PARTITION old.m2; ALTER TABLE app.m DETACH PARTITION app.m1";
    await failureOf(stack.up({}, detachAfterBuild(detach, "m2a")));
    expect(await stateOf(place.db, "m_idx")).toBe("f/t/t");
    await stack.up();
    expect(await stateOf(place.db, "m_idx")).toBe("t/t/t");
    expect(await stack.preview()).toContainEqual(expect.stringMatching(/^builds nothing/));
  });

  test.each([
    ["some", "ALTER TABLE app.m DETACH PARTITION old.m2"],
    ["all", "ALTER TABLE app.m DETACH PARTITION old.m2; ALTER TABLE app.m DETACH PARTITION app.m1"],
  ])("and so is a replacement that has lost %s of them", async (_, detach) => {
    const stack = stackOf({ columns: ["id"] });
    await stack.up();
    const args = { columns: ["id", "at"] };
    await failureOf(stack.up(args, detachAfterBuild(detach, "m2a")));
    expect(await stateOf(place.db, "m_idx")).toBe("t/t/t");
    await stack.up(args);
    expect(await stateOf(place.db, "m_idx")).toBe("t/t/t");
    expect(await stack.preview(args)).toContainEqual(expect.stringMatching(/^builds nothing/));
  });

  test("keeps an index of its own, and one that was attached", async () => {
    const stack = stackOf({ columns: ["id"] });
    await place.db.query("CREATE INDEX own ON app.m1 (at)");
    const detach = "ALTER TABLE app.m DETACH PARTITION app.m1";
    await stack.up({}, detachAfterBuild(detach, "m2a"));
    expect((await indexes()).filter((line) => line.startsWith("m1."))).toEqual(
      matching("m1.m1_id_idx valid", "m1.own valid"),
    );
    await stack.up({ comment: "again" });
    expect((await indexes()).filter((line) => line.startsWith("m1."))).toHaveLength(2);
    await stack.destroy();
    expect(await indexes()).toHaveLength(2);
  });

  test("is told with what to run where the clean-up cannot end", async () => {
    const stack = stackOf({ columns: ["id"] });
    const hooks = detachAfterBuild("ALTER TABLE app.m DETACH PARTITION app.m1", "m1");
    const detach = hooks.afterStep;
    hooks.afterStep = async (step) => {
      await detach(step);
      const lock = "LOCK TABLE app.m1 IN ACCESS SHARE MODE";
      if (step.kind === "build") await hold(place.db, "BEGIN", lock);
    };
    const { message } = await failureOf(stack.up({}, hooks));
    expect(message).toMatch(
      /its index app\.m1_m_idx_\S+ is left behind; .*; drop it: DROP INDEX CONCURRENTLY "app"\."m1_m_idx_\S+";/,
    );
  });

  test("what an interrupted run left INVALID on it is dropped by the next", async () => {
    const stack = stackOf({ columns: ["id"] });
    await stack.up();
    const own = await declare({ schema: "app", table: "m", name: "m_idx", columns: ["id"] });
    await place.db.query("ALTER TABLE app.m DETACH PARTITION app.m1");
    await place.db.query(`ALTER INDEX app.m1_id_idx RENAME TO ${childName("m1", own)}`);
    await place.db.query(
      "UPDATE pg_index SET indisvalid = false WHERE indrelid = 'app.m1'::regclass",
    );
    expect((await stack.preview({ comment: "c" })).join("\n")).toMatch(
      /DROP INDEX CONCURRENTLY "app"\."m1_m_idx_\S+": an interrupted run left it INVALID on a partition/,
    );
    await stack.up({ comment: "c" });
    expect((await indexes()).filter((line) => line.startsWith("m1."))).toEqual([]);
  });
});

test("a cancel between two partitions tells what stays, and the next up goes on", async () => {
  const stack = stackOf({ columns: ["id"] });
  const holder = await hold(place.db, "BEGIN", "DELETE FROM old.m2a WHERE false");
  const building = failureOf(stack.up({ buildWithin: "1s" }));
  const { message } = await building;
  expect(message).toContain("(buildWithin)");
  await holder.release();
  await until("it is built", async () => (await stack.up()).live.valid);
});
