import { afterEach, describe, expect, test } from "vitest";
import type { Args } from "../support/engine/engine.ts";
import { holdSnapshot, until, untilPhase } from "../support/engine/engineDatabase.ts";
import { type Child, startChild } from "./child.ts";
import { dropIndexesIn, indexesIn, Stack, useDatabase } from "./stack.ts";
import type { Task } from "./upProcess.ts";

const place = useDatabase(
  "CREATE SCHEMA app",
  "CREATE TABLE app.t (a int, b int, c text)",
  "INSERT INTO app.t SELECT i, i, 'c' || i FROM generate_series(1, 2000) i",
  "CREATE SCHEMA part",
  "CREATE TABLE part.m (id int, at date, region text) PARTITION BY RANGE (at)",
  "CREATE TABLE part.m1 PARTITION OF part.m FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')",
  "CREATE TABLE part.m2 PARTITION OF part.m FOR VALUES FROM ('2026-02-01') TO ('2026-03-01') " +
    "PARTITION BY LIST (region)",
  "CREATE TABLE part.m2a PARTITION OF part.m2 FOR VALUES IN ('a')",
  "CREATE TABLE part.m2b PARTITION OF part.m2 DEFAULT",
  "INSERT INTO part.m SELECT i, date '2026-01-01' + i % 50, chr(97 + i % 3) FROM " +
    "generate_series(1, 500) i",
);

afterEach(() => dropIndexesIn(place.db, "app", "part"));

/** The states an index may be brought from and to, each from every step of the way. */
interface Story {
  readonly title: string;
  readonly schema: string;
  readonly base: Args;
  /** Undefined: it does not exist yet. */
  readonly from: Args | undefined;
  readonly to: Args;
  /** What stands at the end. */
  readonly end: readonly (string | RegExp)[];
}

const ONE = { schema: "app", table: "t", name: "t_idx" };
const MANY = { schema: "part", table: "m", name: "m_idx" };
const PARTS = [
  "m.m_idx valid",
  /^m1\.m1_\w+_idx valid <- m_idx$/,
  /^m2\.m2_\w+_idx valid <- m_idx$/,
  /^m2a\.m2a_\w+_idx valid <- m2_\w+_idx$/,
  /^m2b\.m2b_\w+_idx valid <- m2_\w+_idx$/,
];

const STORIES: readonly Story[] = [
  {
    title: "a first build",
    schema: "app",
    base: ONE,
    from: undefined,
    to: { columns: ["a", { expression: "lower(c)", statistics: 50 }], comment: "first" },
    end: ["t.t_idx valid"],
  },
  {
    title: "a replacement",
    schema: "app",
    base: ONE,
    from: { columns: ["a"] },
    to: { columns: [{ expression: "a + b" }], comment: "new" },
    end: ["t.t_idx valid"],
  },
  {
    title: "a rename and a replacement",
    schema: "app",
    base: ONE,
    from: { columns: ["a"], name: "t_old_name" },
    to: { columns: ["b"] },
    end: ["t.t_idx valid"],
  },
  {
    title: "a constraint with its index",
    schema: "app",
    base: ONE,
    from: { columns: ["a"], unique: true },
    to: { columns: ["a", "b"], unique: true, constraint: "unique" },
    end: ["t.t_idx valid"],
  },
  {
    title: "a partitioned index",
    schema: "part",
    base: MANY,
    from: undefined,
    to: { columns: ["id"], comment: "of all" },
    end: PARTS,
  },
  {
    title: "a replacement of a partitioned index",
    schema: "part",
    base: MANY,
    from: { columns: ["id"] },
    to: { columns: ["id", { column: "region", order: "desc" }] },
    end: PARTS,
  },
  {
    title: "a declared rebuild of a partitioned index",
    schema: "part",
    base: MANY,
    from: { columns: ["id"], rebuildWhen: { trigger: "1" } },
    to: { columns: ["id"], rebuildWhen: { trigger: "2" } },
    end: PARTS,
  },
];

async function runKilled(story: Story, stack: Stack, steps: number | undefined): Promise<Child> {
  const task: Task = { base: story.base, args: story.to, previous: stack.outputs, steps };
  const child = startChild("./upProcess.ts", place.db.url, JSON.stringify(task));
  await child.ended;
  return child;
}

/** The killed process's sessions end by themselves once the server notices. */
async function untilSessionsEnded(): Promise<void> {
  await until("the killed process's sessions have ended", async () => {
    const sql =
      "SELECT 1 FROM pg_stat_activity WHERE application_name LIKE 'pgindex %' AND datname = " +
      "current_database()";
    return (await place.db.query(sql)).length === 0;
  });
}

/** Returns false once the process has nothing left to be killed before. */
async function killBefore(story: Story, steps: number): Promise<boolean> {
  const stack = new Stack(place.db, story.base);
  if (story.from) await stack.up(story.from);
  const child = await runKilled(story, stack, steps);
  const isKilled = (await child.ended) === "SIGKILL";
  if (!isKilled) expect(child.output(), "ended otherwise").toMatch(/done\n$/);
  // Sometimes before its sessions have ended, as an impatient user would.
  if (steps % 2 === 0) await untilSessionsEnded();
  const ensured = await stack.up(story.to);
  expect(ensured.live.valid, child.output()).toBe(true);
  expect(await stack.refresh()).toBeNull();
  const found = await indexesIn(place.db, story.schema);
  expect(found, child.output()).toEqual(story.end.map((line) => expect.stringMatching(line)));
  expect(await stack.preview(story.to)).toContainEqual(expect.stringMatching(/^builds nothing/));
  await stack.destroy();
  expect(await indexesIn(place.db, story.schema), child.output()).toEqual([]);
  return isKilled;
}

describe("killed before any of its steps, an up is finished by the next", () => {
  test.each(STORIES)("$title", async (story) => {
    let steps = 0;
    while (await killBefore(story, steps)) steps += 1;
    console.log(`${story.title}: killed before each of ${steps} steps`);
    expect(steps).toBeGreaterThan(1);
  });

  test.each(STORIES)("and a destroy leaves nothing: $title", async (story) => {
    const stack = new Stack(place.db, story.base);
    if (story.from) await stack.up(story.from);
    const child = await runKilled(story, stack, 2);
    await untilSessionsEnded();
    if (stack.outputs) await stack.destroy();
    else await stack.up(story.to).then(() => stack.destroy());
    expect(await indexesIn(place.db, story.schema), child.output()).toEqual([]);
  });
});

test("killed amid the build of a replacement: what goes on by itself is waited for", async () => {
  const stack = new Stack(place.db, ONE);
  await stack.up({ columns: ["a"] });
  const holder = await holdSnapshot(place.db);
  const task: Task = { base: ONE, args: { columns: ["b"] }, previous: stack.outputs };
  const child = startChild("./upProcess.ts", place.db.url, JSON.stringify(task));
  await untilPhase(place.db, "waiting for old snapshots");
  child.process.kill("SIGKILL");
  await child.ended;
  const finishing = stack.up({ columns: ["b"] });
  await holder.release();
  await finishing;
  expect(await indexesIn(place.db, "app")).toEqual(["t.t_idx valid"]);
  await stack.destroy();
});
