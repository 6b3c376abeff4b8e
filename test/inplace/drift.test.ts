import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Args, failureOf } from "../support/engine/engine.ts";
import { leave } from "../support/engine/engineLeftovers.ts";
import { dropIndexesIn, indexesIn, Stack, useDatabase } from "./stack.ts";

const place = useDatabase("CREATE SCHEMA app", "CREATE SCHEMA other");

beforeEach(async () => {
  await place.db.query("CREATE TABLE app.t (a int, b int, c text)");
  await place.db.query("INSERT INTO app.t SELECT i, i, 'c' || i FROM generate_series(1, 500) i");
});
afterEach(async () => {
  await place.db.query("DROP SCHEMA IF EXISTS renamed CASCADE");
  await place.db.query("CREATE SCHEMA IF NOT EXISTS app");
  await dropIndexesIn(place.db, "app", "other");
  for (const name of ["app.t", "app.moved", "other.t"])
    await place.db.query(`DROP TABLE IF EXISTS ${name}`);
});

const BASE = { schema: "app", table: "t", name: "t_idx", columns: ["a"] };

interface Drift {
  readonly title: string;
  readonly args?: Args;
  readonly accident: string;
  /** What a refresh says; undefined: that the index is gone. */
  readonly drift: RegExp | undefined;
  /** The index survives, only altered. */
  readonly isKept?: boolean;
}

const DRIFTS: readonly Drift[] = [
  { title: "dropped", accident: "DROP INDEX app.t_idx", drift: undefined },
  {
    title: "renamed",
    accident: "ALTER INDEX app.t_idx RENAME TO stray",
    drift: /^renamed outside to stray$/,
    isKept: true,
  },
  {
    title: "redefined",
    accident: "DROP INDEX app.t_idx; CREATE INDEX t_idx ON app.t (b)",
    drift: /^redefined outside: columns: declared a .*, found b /,
  },
  {
    title: "redefined as unique",
    accident: "DROP INDEX app.t_idx; CREATE UNIQUE INDEX t_idx ON app.t (a)",
    drift: /^redefined outside: unique: declared none, found true/,
  },
  {
    title: "given another fillfactor",
    accident: "ALTER INDEX app.t_idx SET (fillfactor = 50)",
    drift: /^redefined outside: storageParameters: declared none, found fillfactor=50/,
    isKept: true,
  },
  {
    title: "given another comment",
    args: { comment: "ours" },
    accident: "COMMENT ON INDEX app.t_idx IS 'theirs'",
    drift: /^redefined outside: comment: declared ours, found theirs/,
    isKept: true,
  },
  {
    title: "given another statistics target",
    args: { columns: [{ expression: "lower(c)", statistics: 100 }] },
    accident: "ALTER INDEX app.t_idx ALTER COLUMN 1 SET STATISTICS 5",
    drift: /^redefined outside: statistics: declared 1=100, found 1=5/,
    isKept: true,
  },
  {
    title: "marked INVALID",
    accident: "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'app.t_idx'::regclass",
    drift: /^INVALID: /,
  },
];

describe("drift: shown by a refresh, told by a preview, repaired by the next up", () => {
  test.each(DRIFTS)("$title outside", async ({ args = {}, accident, drift, isKept }) => {
    const { db } = place;
    const stack = new Stack(db, { ...BASE, ...args });
    const { live } = await stack.up();
    for (const sql of accident.split("; ")) await db.query(sql);
    const found = await stack.refresh();
    expect(found).toEqual(drift && expect.stringMatching(drift));
    expect((await stack.preview()).join()).not.toMatch(/builds nothing/);
    const { live: repaired } = await stack.up();
    expect(await stack.refresh()).toBeNull();
    expect(await indexesIn(db, "app")).toEqual(["t.t_idx valid"]);
    expect(repaired.oid === live.oid).toBe(isKept === true);
    expect(repaired.definition).toBe(live.definition);
  });

  test.each(
    DRIFTS.filter(({ isKept }) => isKept).flatMap((each) => [
      { ...each, refreshed: "a refresh" },
      { ...each, refreshed: "no refresh" },
    ]),
  )("$title outside, then declared under another name, after $refreshed", async (row) => {
    const { db } = place;
    const stack = new Stack(db, { ...BASE, ...row.args });
    const { live } = await stack.up();
    await db.query(row.accident);
    if (row.refreshed === "a refresh") await stack.refresh();
    const { live: renamed } = await stack.up({ name: "t_new" });
    expect(renamed.oid).toBe(live.oid);
    expect(await indexesIn(db, "app")).toEqual(["t.t_new valid"]);
    expect(await stack.refresh()).toBeNull();
  });

  test.each(["f/t/t", "f/f/f"] as const)("left %s by an interrupted statement", async (state) => {
    const { db } = place;
    await db.query("CREATE TABLE p (a int)");
    const stack = new Stack(db, { table: "p", name: "p_idx", columns: ["a"] });
    await stack.up();
    await db.query("DROP INDEX p_idx");
    await leave(db, { state, table: "p", index: "p_idx", body: "(a)" });
    expect(await stack.refresh()).toMatch(state === "f/t/t" ? /^INVALID/ : /^half dropped/);
    await stack.up();
    expect(await stack.refresh()).toBeNull();
    expect(await indexesIn(db, "public")).toEqual(["p.p_idx valid"]);
    await db.query("DROP TABLE p");
  });
});

describe("an index that moves with its table stays the one it is", () => {
  test.each([
    ["the table's rename", "ALTER TABLE app.t RENAME TO moved", { table: "moved" }],
    ["the table's other schema", "ALTER TABLE app.t SET SCHEMA other", { schema: "other" }],
    ["the schema's rename", "ALTER SCHEMA app RENAME TO renamed", { schema: "renamed" }],
  ])("%s", async (_title, accident, to) => {
    const stack = new Stack(place.db, BASE);
    const { live } = await stack.up();
    await place.db.query(accident);
    expect(await stack.refresh()).toMatch(/its table is now moved|moved outside to schema/);
    expect(await stack.preview(to)).toContainEqual(expect.stringMatching(/^builds nothing/));
    expect(await stack.up(to)).toMatchObject({ adopted: true, live: { oid: live.oid, ...to } });
    expect(await stack.refresh()).toBeNull();
    await stack.destroy();
  });
});

describe("never touched", () => {
  test("an index that backs a constraint which nobody declared", async () => {
    const { db } = place;
    const stack = new Stack(db, { ...BASE, unique: true });
    await stack.up();
    await db.query("ALTER TABLE app.t ADD CONSTRAINT t_idx UNIQUE USING INDEX t_idx");
    const refused = await failureOf(stack.up({ columns: ["b"] }));
    expect(refused.message).toMatch(/backs the constraint t_idx/);
    const kept = await failureOf(stack.destroy());
    expect(kept.message).toMatch(/^refused to drop index app\.t_idx[\s\S]*constraint t_idx/);
    expect(await indexesIn(db, "app")).toEqual(["t.t_idx valid"]);
  });

  test("another index that has taken the name", async () => {
    const { db } = place;
    const stack = new Stack(db, BASE);
    await stack.up();
    await db.query("DROP INDEX app.t_idx");
    await db.query("CREATE INDEX t_idx ON app.t (b)");
    expect((await failureOf(stack.destroy())).message).toMatch(/not the one this stack built/);
    expect(await indexesIn(db, "app")).toEqual(["t.t_idx valid"]);
  });

  test("the replica identity, by a destroy", async () => {
    const { db } = place;
    const stack = new Stack(db, { ...BASE, unique: true });
    await stack.up();
    await db.query("ALTER TABLE app.t ALTER a SET NOT NULL, REPLICA IDENTITY USING INDEX t_idx");
    expect((await failureOf(stack.destroy())).message).toMatch(/replica identity/);
    expect(await indexesIn(db, "app")).toEqual(["t.t_idx valid"]);
    await stack.up({ columns: ["a"], unique: true, comment: "same" });
    const preview = (await stack.preview({ include: ["b"] })).join();
    expect(preview).toMatch(/replica identity/);
  });

  test.each([
    ["a predicate", { predicate: "a > 0" }, /partial/],
    ["a nullable column", { columns: ["a", "b"] }, /nullable/],
    ["an expression", { columns: ["a", { expression: "b + 1" }] }, /expression/],
    ["no uniqueness", { unique: false }, /unique/],
  ])("the replica identity, by an index that cannot be one: %s", async (_title, change, word) => {
    const { db } = place;
    const stack = new Stack(db, { ...BASE, unique: true });
    const { live } = await stack.up();
    await db.query("ALTER TABLE app.t ALTER a SET NOT NULL, REPLICA IDENTITY USING INDEX t_idx");
    const previewed = await failureOf(stack.preview(change));
    expect(previewed.message).toMatch(/is the replica identity of the table, and the declared/);
    expect(previewed.message).toMatch(word);
    expect((await failureOf(stack.up(change))).message).toBe(previewed.message);
    expect(await stack.up({ columns: ["a"], include: ["b"] })).toMatchObject({ adopted: false });
    const [row] = await db.query<{ identity: string }>(
      "SELECT indexrelid::regclass::text AS identity FROM pg_index WHERE indisreplident",
    );
    expect(row?.identity).toBe("app.t_idx");
    expect(stack.outputs).toMatchObject({ valid: true, oid: expect.any(Number) });
    expect(stack.outputs?.oid).not.toBe(live.oid);
  });
});
