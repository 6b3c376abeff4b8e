// What a reviewer asks first: do we have this index already, and which one would it make needless?
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { previewIndex } from "../../providers/pgindex/src/engine/build/preview.ts";
import { toIndexOutputs } from "../../providers/pgindex/src/engine/record/outputs.ts";
import { type Args, declare, record, targetOf } from "../support/engine/engine.ts";
import { serverHas } from "../support/engine/engineDatabase.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
  await db.query(
    `CREATE TABLE t (a int, b int, c text, "B c, d" int, tags text[], doc jsonb, r int4range,
       PRIMARY KEY (a, b))`,
  );
  await db.query("CREATE TABLE p (a int, b int) PARTITION BY LIST (a)");
  await db.query("CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)");
});
afterAll(() => db.drop());

async function overlapsOf(args: Args): Promise<string[]> {
  const desired = await declare({ table: "t", name: "new_idx", ...args });
  const lines = await previewIndex(targetOf(db.url), desired);
  return lines.filter((line) => /^(same|covered|redundant)-index: /.test(line));
}

const desc = (column: string, more: Args = {}) => ({ column, order: "desc", ...more });

const SAME = /^same-index: public\.old \(\d+ kB\) is the same index under another name/;
const COVERING = /^covered-index: public\.old \(\d+ kB\) serves the same queries already/;
const REDUNDANT =
  /^redundant-index: public\.old \(\d+ kB\) serves no query that this one would not/;

type Row = readonly [standing: string, declared: Args, said: RegExp | undefined];
const ROWS: readonly Row[] = [
  ["(b)", { columns: ["b"] }, SAME],
  ["(b) WITH (fillfactor = 70)", { columns: ["b"] }, SAME],
  ["(b DESC)", { columns: ["b"] }, SAME],
  ["(b DESC NULLS LAST)", { columns: ["b"] }, undefined],
  ["(b DESC NULLS LAST)", { columns: [{ column: "b", nulls: "first" }] }, SAME],
  ["(b, c)", { columns: ["b"] }, COVERING],
  ["(b, c DESC)", { columns: [desc("b"), "c"] }, SAME],
  ["(b, c DESC)", { columns: ["b", "c"] }, undefined],
  ["(c, b)", { columns: ["b"] }, undefined],
  ["(c, b)", { columns: ["b", "c"] }, undefined],
  ["(b)", { columns: ["b", "c"] }, REDUNDANT],
  ["(lower(c), b)", { columns: [{ expression: "lower(c)" }] }, COVERING],
  ["((b + a), c)", { columns: [{ expression: "b + a" }] }, COVERING],
  ["(coalesce(b, 0), c)", { columns: [{ expression: "coalesce(b, 1)" }] }, undefined],
  ['("B c, d", b)', { columns: ["B c, d"] }, COVERING],
  ["((c || ', x'), b)", { columns: [{ expression: "c || ', x'" }] }, COVERING],
  ["(c text_pattern_ops)", { columns: ["c"] }, undefined],
  ['(c COLLATE "C")', { columns: ["c"] }, undefined],
  ['(c COLLATE "C", b)', { columns: [{ column: "c", collation: "C" }] }, COVERING],
  ["(b) WHERE c = 'x'", { columns: ["b"] }, undefined],
  ["(b)", { columns: ["b"], predicate: "c = 'x'" }, undefined],
  ["(b, c) WHERE a > 1", { columns: ["b"], predicate: "(a) > 1" }, COVERING],
  ["(b) INCLUDE (c)", { columns: ["b"] }, COVERING],
  ["(b)", { columns: ["b"], include: ["c"] }, REDUNDANT],
  ["(b, c)", { columns: ["b"], include: ["c"] }, COVERING],
  ['(b, "B c, d")', { columns: ["b"], include: ["B c, d"] }, COVERING],
  ["(b, c)", { columns: ["b"], include: ["a"] }, undefined],
  ["UNIQUE (b)", { columns: ["b"] }, COVERING],
  ["(b)", { columns: ["b"], unique: true }, REDUNDANT],
  ["(b, c)", { columns: ["b"], unique: true }, undefined],
  ["UNIQUE (b)", { columns: ["b", "c"] }, undefined],
  ["UNIQUE (b)", { columns: ["b"], unique: true }, SAME],
  ["USING hash (b)", { columns: ["b"] }, undefined],
  ["USING hash (b)", { columns: ["b"], accessMethod: "hash" }, SAME],
  ["USING gin (tags, doc)", { columns: ["doc"], accessMethod: "gin" }, COVERING],
  ["USING gin (doc jsonb_path_ops)", { columns: ["doc"], accessMethod: "gin" }, undefined],
  ["USING brin (b, a)", { columns: ["a"], accessMethod: "brin" }, COVERING],
  ["USING gist (r)", { columns: ["r"], accessMethod: "gist" }, SAME],
  ["USING spgist (r)", { columns: ["r"], accessMethod: "gist" }, undefined],
];

describe("an index that stands, and the one to be built", () => {
  test.each(ROWS)("%s, %j", async (standing, args, said) => {
    const [unique, body] = standing.startsWith("UNIQUE ")
      ? ["UNIQUE ", standing.slice(7)]
      : ["", standing];
    await db.query(`CREATE ${unique}INDEX old ON t ${body}`);
    try {
      const [line, ...more] = await overlapsOf(args);
      if (said) expect(line).toMatch(said);
      else expect(line).toBeUndefined();
      expect(more).toEqual([]);
    } finally {
      await db.query("DROP INDEX old");
    }
  });
});

test("a constraint's index is named as that, and never called needless", async () => {
  expect(await overlapsOf({ columns: ["a"] })).toEqual([
    expect.stringMatching(
      /t_pkey \(\d+ kB\) serves the same queries already, which backs constraint t_pkey, and/,
    ),
  ]);
  expect(await overlapsOf({ columns: ["a", "b", "c"] })).toEqual([]);
});

test("a replica identity is never called needless", async () => {
  await db.query("ALTER TABLE t ALTER b SET NOT NULL");
  await db.query("CREATE UNIQUE INDEX old ON t (b)");
  await db.query("ALTER TABLE t REPLICA IDENTITY USING INDEX old");
  expect(await overlapsOf({ columns: ["b"], unique: true, include: ["c"] })).toEqual([]);
  await db.query("ALTER TABLE t REPLICA IDENTITY DEFAULT");
  await db.query("DROP INDEX old");
});

test("an INVALID index serves nobody", async () => {
  await db.query("CREATE INDEX old ON t (b)");
  await db.query("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'old'::regclass");
  expect(await overlapsOf({ columns: ["b"] })).toEqual([]);
  await db.query("DROP INDEX old");
});

test("every index that overlaps is told, on a partitioned table too", async () => {
  await db.query("CREATE INDEX old ON p (b)");
  await db.query("CREATE INDEX older ON p (b, a)");
  expect(await overlapsOf({ table: "p", columns: ["b"] })).toHaveLength(2);
  expect(await overlapsOf({ table: "p1", columns: ["b"] })).toHaveLength(2);
  await db.query("DROP INDEX old, older");
});

test("what an index replaces is no overlap, nor what is there already", async () => {
  const desired = await declare({ table: "t", name: "new_idx", columns: ["b"] });
  const { ctx } = record();
  const built = await ensureIndex({ database: targetOf(db.url), desired, ctx });
  const previous = toIndexOutputs(built, desired, []);
  expect(await overlapsOf({ columns: ["b"] })).toEqual([]);
  const changed = await declare({ table: "t", name: "new_idx", columns: ["b", "c"] });
  const lines = await previewIndex(targetOf(db.url), changed, { previous });
  expect(lines.join("\n")).not.toContain("overlap");
  await db.query("DROP INDEX new_idx");
});

test("nulls not distinct refuses more", async ({ skip }) => {
  skip(!serverHas(150_000), "NULLS NOT DISTINCT came with PostgreSQL 15");
  await db.query("CREATE UNIQUE INDEX old ON t (b) NULLS NOT DISTINCT");
  expect(await overlapsOf({ columns: ["b"], unique: true })).toEqual([]);
  await db.query("DROP INDEX old");
});
