import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { previewIndex } from "../../providers/pgindex/src/engine/build/preview.ts";
import { dropIndex } from "../../providers/pgindex/src/engine/drop/drop.ts";
import { type Args, declare, failureOf, record, targetOf } from "../support/engine/engine.ts";
import {
  identityOf,
  serverHas,
  settle,
  stateOf,
  stepsOf,
} from "../support/engine/engineDatabase.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
  await db.query("CREATE EXTENSION btree_gist");
});
afterEach(async () => {
  await settle(db);
  await db.query("DROP TABLE IF EXISTS t");
});
afterAll(() => db.drop());

const ensure = async (args: Args, previous?: Args) => {
  const desired = await declare(args);
  const before = previous && (await declare(previous));
  const { ctx } = record();
  return ensureIndex({ database: targetOf(db.url), desired, previous: before, ctx });
};
const preview = async (args: Args, previous?: Args) =>
  previewIndex(targetOf(db.url), await declare(args), {
    previous: previous && (await declare(previous)),
  });

/** The preview and the change refuse alike, and the message of both. */
async function refusal(args: Args, previous?: Args): Promise<string> {
  const [shown, done] = [
    await failureOf(preview(args, previous)),
    await failureOf(ensure(args, previous)),
  ];
  expect(done.message).toBe(shown.message);
  return done.message;
}

interface Row {
  readonly title: string;
  readonly constraint: string;
  readonly args?: Args;
  readonly since?: number;
  readonly says: RegExp;
}

const DEFERRABLE = /exists as the index of a DEFERRABLE constraint/;
const EXCLUSION = /exists as the index of an EXCLUDE or WITHOUT OVERLAPS constraint/;

const CONSTRAINTS: readonly Row[] = [
  { title: "UNIQUE DEFERRABLE", constraint: "UNIQUE (a) DEFERRABLE", says: DEFERRABLE },
  {
    title: "UNIQUE INITIALLY DEFERRED",
    constraint: "UNIQUE (a) INITIALLY DEFERRED",
    says: DEFERRABLE,
  },
  { title: "PRIMARY KEY DEFERRABLE", constraint: "PRIMARY KEY (a) DEFERRABLE", says: DEFERRABLE },
  {
    title: "UNIQUE DEFERRABLE, declared as a constraint",
    constraint: "UNIQUE (a) DEFERRABLE",
    args: { constraint: "unique" },
    says: DEFERRABLE,
  },
  {
    title: "UNIQUE NULLS NOT DISTINCT DEFERRABLE",
    constraint: "UNIQUE NULLS NOT DISTINCT (a) DEFERRABLE",
    args: { unique: true, nullsNotDistinct: true },
    since: 150000,
    says: DEFERRABLE,
  },
  {
    title: "EXCLUDE",
    constraint: "EXCLUDE USING gist (r WITH &&)",
    args: { unique: false, columns: ["r"], accessMethod: "gist" },
    says: EXCLUSION,
  },
  {
    title: "EXCLUDE by btree",
    constraint: "EXCLUDE (a WITH =)",
    args: { unique: false },
    says: EXCLUSION,
  },
  {
    title: "EXCLUDE by hash",
    constraint: "EXCLUDE USING hash (a WITH =)",
    args: { unique: false, accessMethod: "hash" },
    says: EXCLUSION,
  },
  {
    title: "EXCLUDE with WHERE, DEFERRABLE",
    constraint: "EXCLUDE USING gist (r WITH &&) WHERE (a > 0) DEFERRABLE",
    args: { unique: false, columns: ["r"], accessMethod: "gist", predicate: "a > 0" },
    says: EXCLUSION,
  },
  {
    title: "WITHOUT OVERLAPS",
    constraint: "UNIQUE (a, r WITHOUT OVERLAPS)",
    args: { unique: false, columns: ["a", "r"], accessMethod: "gist" },
    since: 180000,
    says: EXCLUSION,
  },
];

describe("the index of a constraint that has another rule is not adopted", () => {
  const rows = CONSTRAINTS.map((row) => [row.title, row] as const);
  test.each(rows)("%s", async (_, { constraint, args, since = 0, says }) => {
    if (!serverHas(since)) return;
    await db.query(`CREATE TABLE t (a int NOT NULL, r int4range, CONSTRAINT i ${constraint})`);
    const declared = { table: "t", name: "i", columns: ["a"], unique: true, ...args };
    const message = await refusal(declared);
    expect(message).toMatch(says);
    expect(message).toContain('ALTER TABLE "public"."t" DROP CONSTRAINT "i";');
    expect(await stateOf(db, "i")).toBe("t/t/t");
  });

  test.each(["UNIQUE (a)", "PRIMARY KEY (a)"])(
    "that of %s is: its rule is the same",
    async (of) => {
      await db.query(`CREATE TABLE t (a int, CONSTRAINT i ${of})`);
      const { adopted } = await ensure({ table: "t", name: "i", columns: ["a"], unique: true });
      expect(adopted).toBe(true);
    },
  );
});

describe("a part of a partitioned index", () => {
  const PARENT = { table: "t", name: "t_a_idx", columns: ["a"] };
  const MIDDLE = { table: "t1", name: "t1_a_idx", columns: ["a"] };
  const LEAF = { table: "t11", name: "t11_a_idx", columns: ["a"] };

  /** Two levels of partitions; PostgreSQL names and attaches each of their indexes. */
  async function createParts(index = "CREATE INDEX ON t (a)") {
    await db.query("CREATE TABLE t (a int, b int) PARTITION BY RANGE (a)");
    await db.query("CREATE TABLE t1 PARTITION OF t DEFAULT PARTITION BY RANGE (a)");
    await db.query("CREATE TABLE t11 PARTITION OF t1 DEFAULT");
    await db.query(index);
  }

  test.each([
    ["a partition's", LEAF],
    ["one that is partitioned itself", MIDDLE],
  ])("is not adopted as an index of its own: %s", async (_, part) => {
    await createParts();
    const message = await refusal(part);
    expect(message).toContain(
      `index public.${part.name} on public.${part.table} exists as a part of the partitioned ` +
        "index public.t_a_idx on public.t",
    );
    expect(await stateOf(db, part.name)).toBe("t/t/t");
  });

  test("nor by a resource that had another index on the partition", async () => {
    await createParts();
    const other = { ...LEAF, name: "mine" };
    await ensure(other);
    expect(await refusal(LEAF, other)).toContain("a part of the partitioned index public.t_a_idx");
    expect(await stateOf(db, "mine")).toBe("t/t/t");
  });

  test("nor with a comment or another definition to come", async () => {
    await createParts();
    expect(await refusal({ ...LEAF, comment: "mine" })).toContain("part of the partitioned index");
    expect(await refusal({ ...LEAF, columns: ["b"] })).toContain("part of the partitioned index");
  });

  test("nor while it is INVALID", async () => {
    await createParts();
    await db.query(
      "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 't11_a_idx'::regclass",
    );
    expect(await refusal(LEAF)).toContain("a part of the partitioned index public.t_a_idx");
  });

  test("the partitioned index itself is adopted", async () => {
    await createParts();
    expect((await ensure(PARENT)).adopted).toBe(true);
  });

  test("one that became a part later stays the resource's, and is not replaced nor dropped", async () => {
    await createParts("CREATE INDEX mine ON t11 (a)");
    const own = { ...LEAF, name: "mine" };
    const { live } = await ensure(own);
    await db.query("CREATE INDEX ON t (a)");
    expect(stepsOf(await preview(own, own), "public.t11")).toEqual([
      "builds nothing: a valid index with this definition already exists",
    ]);
    await ensure({ ...own, comment: "kept" }, own);
    const refused = "has become a part of the partitioned index public.t_a_idx on public.t";
    expect(await refusal({ ...own, columns: ["b"] }, own)).toContain(refused);
    const { message } = await failureOf(
      dropIndex(targetOf(db.url), identityOf(live), record().ctx),
    );
    expect(message).toContain("it is a part of the partitioned index public.t_a_idx on public.t");
    expect(await stateOf(db, "mine")).toBe("t/t/t");
    await db.query("DROP INDEX t_a_idx");
    await dropIndex(targetOf(db.url), identityOf(live), record().ctx);
    expect(await stateOf(db, "mine")).toBeUndefined();
  });
});
