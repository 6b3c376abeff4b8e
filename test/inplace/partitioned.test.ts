import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Args, failureOf } from "../support/engine.ts";
import { hold, until } from "../support/engineDatabase.ts";
import { dropIndexesIn, indexesIn, Stack, useDatabase } from "./stack.ts";
import { watched } from "./watcher.ts";

const LONG = `m_${"ä".repeat(29)}`;

const place = useDatabase("CREATE SCHEMA app", "CREATE SCHEMA old");

const TABLES = [
  "CREATE TABLE app.m (id int NOT NULL, at date NOT NULL, region text) PARTITION BY RANGE (at)",
  "CREATE TABLE app.m1 PARTITION OF app.m FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')",
  "CREATE TABLE old.m2 PARTITION OF app.m FOR VALUES FROM ('2026-02-01') TO ('2026-03-01') PARTITION BY LIST (region)",
  "CREATE TABLE old.m2a PARTITION OF old.m2 FOR VALUES IN ('a')",
  `CREATE TABLE app.${LONG} PARTITION OF old.m2 DEFAULT`,
  "INSERT INTO app.m SELECT i, date '2026-01-01' + i % 50, chr(97 + i % 3) FROM generate_series(1, 3000) i",
  "ANALYZE app.m",
];

beforeEach(async () => {
  for (const sql of TABLES) await place.db.query(sql);
});
afterEach(async () => {
  await dropIndexesIn(place.db, "app", "old");
  await place.db.query("DROP TABLE app.m");
});

const BASE = { schema: "app", table: "m", name: "m_idx" };
const stackOf = (base: Args = {}) => new Stack(place.db, { ...BASE, ...base });
const indexes = () => indexesIn(place.db, "app", "old");
const matching = (...lines: readonly (string | RegExp)[]) =>
  lines.map((line) => expect.stringMatching(line));

const ALL = [
  "m.m_idx valid",
  /^m1\.m1_m_idx_\S+ valid <- m_idx$/,
  /^m2\.m2_m_idx_\S+ valid <- m_idx$/,
  /^m2a\.m2a_m_idx_\S+ valid <- m2_m_idx_\S+$/,
  /^m_ä+\.m_ä+\S+ valid <- m2_m_idx_\S+$/,
];

describe("an index of a partitioned table", () => {
  test("is built on every partition, in whatever schema and at whatever depth, and counted", async () => {
    const stack = stackOf({ columns: ["id"] });
    const previewed = await stack.preview();
    expect(previewed.join("\n")).toMatch(
      /ON ONLY "app"\."m"[\s\S]*ON "app"\."m1"[\s\S]*ATTACH PARTITION/,
    );
    expect(await stack.up()).toMatchObject({ adopted: false, live: { isPartitioned: true } });
    expect(await indexes()).toEqual(matching(...ALL));
    expect(stack.statuses.join("\n")).toMatch(/partition [123] of 3: /);
    expect(await stack.refresh()).toBeNull();
    expect(await stack.preview()).toContainEqual(expect.stringMatching(/^builds nothing/));
    await stack.destroy();
    expect(stack.lines.join("\n")).toMatch(/warning: PostgreSQL cannot drop the partitioned index/);
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

  test("takes an equal index that a partition has already, and leaves other ones alone", async () => {
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
    expect(Object.keys(seen.plans).filter((used) => !/^m1_m_idx_\w+$/.test(used))).toEqual([]);
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

  test("a partition that is a foreign table", async () => {
    const { db } = place;
    await db.query("CREATE EXTENSION postgres_fdw");
    await db.query("CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw");
    await db.query(
      "CREATE FOREIGN TABLE app.m9 PARTITION OF app.m FOR VALUES FROM ('2026-09-01') TO ('2026-10-01') SERVER far",
    );
    const refused = failureOf(stackOf({ columns: ["id"] }).preview());
    expect((await refused).message).toMatch(/its partition app\.m9 is a foreign table/);
    await db.query("DROP FOREIGN TABLE app.m9");
    await db.query("DROP EXTENSION postgres_fdw CASCADE");
  });
});

describe("who is in the way of a short lock is shown, and others are held up for a moment only", () => {
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
        "SELECT 1 FROM pg_locks WHERE NOT granted AND locktype = 'relation' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
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
