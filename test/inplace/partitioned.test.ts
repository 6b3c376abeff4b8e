import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { failureOf } from "../support/engine/engine.ts";
import { hold, holdWrite, until } from "../support/engine/engineDatabase.ts";
import { ALL, matching, usePartitions } from "./partitionedTable.ts";
import { watched } from "./watcher.ts";

const { place, stackOf, indexes } = usePartitions();

describe("an index of a partitioned table", () => {
  test("is built on every partition, in any schema and at any depth, and counted", async () => {
    const stack = stackOf({ columns: ["id"] });
    const previewed = await stack.preview();
    expect(previewed.join("\n")).toMatch(
      /ON ONLY "app"\."m"[\s\S]*ON "app"\."m1"[\s\S]*ATTACH PARTITION/,
    );
    const holder = await holdWrite(place.db, "old.m2a");
    const building = stack.up();
    await until("it tells how far it is", async () =>
      stack.statuses.some((status) => status.startsWith("partition 3 of 3: waiting")),
    );
    await holder.release();
    expect(await building).toMatchObject({ adopted: false, live: { isPartitioned: true } });
    expect(await indexes()).toEqual(matching(...ALL));
    expect(await stack.refresh()).toBeNull();
    expect(await stack.preview()).toContainEqual(expect.stringMatching(/^builds nothing/));
    await stack.destroy();
    expect(stack.lines.join("\n")).toMatch(/warning: PostgreSQL cannot drop the partitioned index/);
    expect(await indexes()).toEqual([]);
  });

  test("is built on partitions whose long names differ in their last byte alone", async () => {
    for (const month of [3, 4])
      await place.db.query(
        `CREATE TABLE app.${"p".repeat(60)}${month} PARTITION OF app.m
           FOR VALUES FROM ('2026-0${month}-01') TO ('2026-0${month + 1}-01')`,
      );
    const stack = stackOf({ columns: ["id"] });
    expect(await stack.up()).toMatchObject({ live: { valid: true } });
    const names = (await indexes()).filter((line) => line.startsWith("p"));
    expect(names).toEqual(matching(/^p+3\.p+_\S+ valid <- m_idx$/, /^p+4\.p+_\S+ valid <- m_idx$/));
    expect(await stack.preview()).toContainEqual(expect.stringMatching(/^builds nothing/));
    await stack.destroy();
    expect(await indexes()).toEqual([]);
  });

  test("is completed when a partition is added: by PostgreSQL, or by the next up", async () => {
    const stack = stackOf({ columns: ["id"] });
    await stack.up();
    await place.db.query(
      "CREATE TABLE app.m3 PARTITION OF app.m FOR VALUES FROM ('2026-03-01') TO ('2026-04-01')",
    );
    expect(await stack.refresh()).toBeNull();
    // With its own index, that is not valid, a partition may join: the parent's then is no longer.
    await place.db.query("CREATE TABLE app.m4 (LIKE app.m)");
    await place.db.query(
      "INSERT INTO app.m4 SELECT 1, '2026-04-02', 'a' FROM generate_series(1, 2)",
    );
    const unique = place.db.query("CREATE UNIQUE INDEX CONCURRENTLY m4_bad ON app.m4 (id)");
    expect((await failureOf(unique)).message).toMatch(/could not create unique index/);
    await place.db.query("DROP INDEX app.m4_bad");
    await place.db.query(
      "ALTER TABLE app.m ATTACH PARTITION app.m4 FOR VALUES FROM ('2026-04-01') TO ('2026-05-01')",
    );
    await stack.up();
    expect(await indexes()).toEqual(
      matching(
        ALL[0] ?? "",
        ALL[1] ?? "",
        ...ALL.slice(2, 4),
        /^m3\.\S+ valid <- m_idx$/,
        /^m4\.\S+ valid <- m_idx$/,
        ALL[4] ?? "",
      ),
    );
  });

  test("takes an equal index that a partition already has, and leaves others alone", async () => {
    await place.db.query("CREATE INDEX mine ON app.m1 (id)");
    await place.db.query("CREATE INDEX other ON app.m1 (region)");
    const stack = stackOf({ columns: ["id"], comment: "of all" });
    await stack.up();
    expect(await indexes()).toEqual(
      matching("m.m_idx valid", "m1.mine valid <- m_idx", /^m1.other valid$/, ...ALL.slice(2)),
    );
    await stack.destroy();
    expect(await indexes()).toEqual(["m1.other valid"]);
  });

  test("repairs a partition's INVALID index that somebody has attached", async () => {
    const { db } = place;
    await db.query("CREATE INDEX m_idx ON ONLY app.m (id)");
    const snapshot = await hold(db, "BEGIN ISOLATION LEVEL REPEATABLE READ", "SELECT 1 FROM pg_am");
    const builder = await db.connect();
    await builder.query("SET lock_timeout = '100ms'");
    const build = builder.query("CREATE INDEX CONCURRENTLY m1_bad ON app.m1 (id)");
    expect((await failureOf(build)).message).toMatch(/lock timeout/);
    await snapshot.release();
    await db.query("ALTER INDEX app.m_idx ATTACH PARTITION app.m1_bad");
    const stack = stackOf({ columns: ["id"] });
    await stack.up();
    expect(await indexes()).toEqual(
      matching("m.m_idx valid", "m1.m1_bad valid <- m_idx", ...ALL.slice(2)),
    );
  });

  test("is replaced as one: the name is never without a valid index", async () => {
    const stack = stackOf({ columns: ["id"] });
    await stack.up();
    const query = "SELECT region FROM app.m1 WHERE id = 700";
    const write = "INSERT INTO app.m VALUES (1, '2026-01-05', 'a')";
    const watch = { schema: "app", names: ["m_idx"], query, write };
    const seen = await watched(place.db, watch, () => stack.up({ columns: ["id", "region"] }));
    expect(seen).toMatchObject({ gaps: 0, errors: [] });
    const isOwn = (used: string) => /^m1_(\w+_idx|m_idx_\w+)$/.test(used);
    expect(Object.keys(seen.plans).filter((used) => !isOwn(used))).toEqual([]);
    expect(await indexes()).toEqual(matching(...ALL));
    expect(await stack.refresh()).toBeNull();
    expect(stack.outputs?.definition).toMatch(/\(id, region\)/);
  });
});

describe("refused in preview, with nothing left", () => {
  test("unique without the partition key", async () => {
    const refused = failureOf(stackOf({ columns: ["id"], unique: true }).preview());
    expect((await refused).message).toMatch(/lacks the partition key of app\.m \(at\)/);
    const below = failureOf(stackOf({ columns: ["id", "at"], unique: true }).preview());
    expect((await below).message).toMatch(/lacks the partition key of old\.m2 \(region\)/);
    const stack = stackOf({ columns: ["id", "at", "region"], unique: true });
    await place.db.query("DELETE FROM app.m");
    await stack.up();
    expect(await indexes()).toEqual(matching(...ALL));
  });
});

describe("beside partitions that are foreign tables", () => {
  const FAR = [
    "CREATE EXTENSION postgres_fdw",
    "CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw",
    "CREATE FOREIGN TABLE app.m9 PARTITION OF app.m FOR VALUES FROM ('2026-09-01') TO ('2026-10-01') SERVER far",
    "CREATE FOREIGN TABLE old.m2f PARTITION OF old.m2 FOR VALUES IN ('f') SERVER far",
  ];
  beforeEach(async () => {
    for (const sql of FAR) await place.db.query(sql);
  });
  afterEach(async () => {
    await place.db.query("DROP EXTENSION postgres_fdw CASCADE");
  });

  test("the local ones are built concurrently, and the index takes them over", async () => {
    const stack = stackOf({ columns: ["id"] });
    const steps = await stack.preview();
    expect(steps).toContainEqual(
      expect.stringMatching(
        /ALTER INDEX "app"\."m1_m_idx_\w+" RENAME TO "m1_id_idx"; .*CREATE INDEX "m_idx" ON "app"\."m" USING/,
      ),
    );
    expect(steps.join()).not.toContain("ON ONLY");
    await stack.up();
    expect(await indexes()).toEqual(matching(...ALL));
    expect(await stack.preview()).toContainEqual(expect.stringContaining("builds nothing"));
    expect(await stack.refresh()).toBeNull();
    await stack.up({ columns: ["id", "region"] });
    expect(await indexes()).toEqual(matching(...ALL));
    await stack.destroy();
    expect(await indexes()).toEqual([]);
  });

  test("what stands is adopted, with an index of somebody's own", async () => {
    await place.db.query("CREATE INDEX mine ON app.m1 (id)");
    await place.db.query("CREATE INDEX m_idx ON app.m (id)");
    const { adopted } = await stackOf({ columns: ["id"] }).up();
    expect(adopted).toBe(true);
    expect(await indexes()).toContain("m1.mine valid <- m_idx");
  });

  test("nothing is built under the lock that stops writers: an index that is lost is built first", async () => {
    const stack = stackOf({ columns: ["id"] });
    let dropped = false;
    const lose = async ({ kind, on }: { kind: string; on?: { table: string } }) => {
      if (dropped || kind !== "build" || on?.table === "m1") return;
      dropped = true;
      const [index] = (await indexes()).flatMap((line) => /^m1\.(\S+)/.exec(line)?.[1] ?? []);
      await place.db.query(`DROP INDEX app.${index}`);
    };
    await failureOf(stack.up({}, { afterStep: lose }));
    await stack.up();
    expect(await indexes()).toEqual(matching(...ALL));
  });

  test("unique is refused, and an entry that can never become valid", async () => {
    const unique = { columns: ["id", "at", "region"], unique: true };
    expect((await failureOf(stackOf(unique).preview())).message).toMatch(
      /its partition \S+ is a foreign table\n.*unique/,
    );
    await place.db.query("CREATE INDEX m_idx ON ONLY app.m (id)");
    expect((await failureOf(stackOf({ columns: ["id"] }).preview())).message).toMatch(
      /its partition \S+ is a foreign table\n.*never.*\n +fix: .*DROP INDEX "app"\."m_idx"/,
    );
  });
});
