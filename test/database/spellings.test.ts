import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { previewIndex } from "../../providers/pgindex/src/engine/build/preview.ts";
import { type Args, declare, failureOf, record, targetOf } from "../support/engine/engine.ts";
import {
  BUILDS_NOTHING,
  expectNothingOpen,
  oidOf,
  stepsOf,
} from "../support/engine/engineDatabase.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";
import { SCHEMA } from "./definitionSchema.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
  for (const statement of SCHEMA) await db.query(statement);
});
afterAll(async () => {
  await expectNothingOpen(db);
  await db.drop();
});

const key = (expression: string): Args => ({ columns: [{ expression }] });
const partial = (predicate: string): Args => ({ columns: ["id"], predicate });
const asc = { order: "asc", nulls: "last" };

const LIST = "'a'::character varying, 'b'::character varying";
/** What PostgreSQL prints of `slug IN (…)`, a varchar column, and reads as another expression. */
const printed = (list: string) => `((slug)::text = ANY ((ARRAY[${list}])::text[]))`;
/** What it prints of that. */
const reprinted =
  "((slug)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text]))";

/** Indexes that are built, and other ways to write the same one. */
const SAME: readonly (readonly [built: Args, ...spellings: Args[]])[] = [
  [
    { columns: ["title"] },
    { columns: [{ column: "title" }] },
    { columns: [{ column: "title", ...asc }], accessMethod: "btree" },
    { columns: [{ column: "title", operatorClass: "text_ops" }] },
    { columns: [{ column: "title", collation: "default" }], tablespace: "pg_default" },
    { columns: [{ column: "title", operatorClass: { schema: "pg_catalog", name: "text_ops" } }] },
    { columns: [{ expression: "title" }] },
    { columns: [{ expression: "docs.title" }], searchPath: [] },
  ],
  [
    { columns: [{ column: "id", order: "desc" }] },
    { columns: [{ column: "id", order: "desc", nulls: "first" }] },
  ],
  [
    { columns: ["id"], storageParameters: { fillfactor: 70, deduplicate_items: false } },
    { columns: ["id"], storageParameters: { deduplicate_items: "off", fillfactor: "70" } },
  ],
  [
    key("norm(title)"),
    key("app.norm(docs.title)"),
    { ...key("  norm ( title ) "), searchPath: ["app"] },
  ],
  [key("lower(title)"), key("pg_catalog.lower(title)"), key("LOWER(title::text)")],
  [
    partial("slug IN ('a', 'b')"),
    partial("docs.slug IN ('a', 'b'::varchar)"),
    partial(printed(LIST)),
    partial(reprinted),
  ],
  [partial(reprinted), partial("slug IN ('a', 'b')"), partial(printed(LIST))],
  [
    partial("id = 1 OR ((id > 1 AND price > 2)::boolean AND (price < 3 AND id < 9))"),
    partial("id = 1 OR id > 1 AND price > 2 AND price < 3 AND id < 9"),
  ],
  [key("(slug IN ('a', 'b'))"), key(printed(LIST)), key(reprinted)],
  [partial("price BETWEEN 1 AND 2"), partial("price >= 1 AND price <= 2")],
  [partial("title != 'x' AND title LIKE 'a%'"), partial("title <> 'x' AND title ~~ 'a%'")],
  [partial("created_at > '2026-01-01'"), partial("created_at > TIMESTAMPTZ '2026-01-01 02:00+02'")],
  [
    partial("feeling = 'happy'"),
    partial("feeling = 'happy'::app.mood"),
    { ...partial("docs.feeling = 'happy'::mood"), searchPath: ["app"] },
  ],
];

/** Declarations that differ from the index that stands, and the field to be named. */
const DIFFERENT: readonly (readonly [built: Args, declared: Args, field: string])[] = [
  [{ columns: ["title"] }, { columns: ["slug"] }, "columns"],
  [{ columns: ["title"] }, { columns: ["title", "id"] }, "columns"],
  [{ columns: ["title"] }, { columns: [{ column: "title", order: "desc" }] }, "columns"],
  [{ columns: ["title"] }, { columns: [{ column: "title", nulls: "first" }] }, "columns"],
  [{ columns: ["title"] }, { columns: [{ column: "title", collation: "C" }] }, "columns"],
  [
    { columns: ["title"] },
    { columns: [{ column: "title", operatorClass: "text_pattern_ops" }] },
    "columns",
  ],
  [{ columns: ["title"] }, key("lower(title)"), "columns"],
  [{ columns: ["title"] }, { columns: ["title"], accessMethod: "hash" }, "accessMethod"],
  [{ columns: ["id"] }, { columns: ["id"], unique: true }, "unique"],
  [{ columns: ["id"] }, { columns: ["id"], include: ["title"] }, "include"],
  [{ columns: ["id"] }, partial("id > 0"), "predicate"],
  [partial("id > 0"), partial("id > 1"), "predicate"],
  [partial("id > 0"), { columns: ["id"] }, "predicate"],
  [
    { columns: ["id"] },
    { columns: ["id"], storageParameters: { fillfactor: 70 } },
    "storageParameters",
  ],
  [partial("title = 'a'"), partial("title = 'A'"), "predicate"],
  // As PostgreSQL prints them, and one letter or one type beside it.
  [partial("slug IN ('a', 'b')"), partial(printed("'a'::character varying")), "predicate"],
  [partial("slug IN ('a', 'b')"), partial(printed(LIST.replace("'b'", "'c'"))), "predicate"],
  [partial("slug IN ('a', 'b')"), partial(printed(LIST).replace("ANY", "ALL")), "predicate"],
  [partial("slug IN ('a', 'b')"), partial(printed(LIST).replace("= ", "< ")), "predicate"],
  [partial(printed(LIST)), partial("slug IN ('b', 'a')"), "predicate"],
  [
    { ...partial(printed(LIST)), columns: ["title"] },
    { ...partial("slug IN ('a', 'b')"), columns: [{ column: "title", order: "desc" }] },
    "columns",
  ],
  [{ ...partial("slug IN ('a', 'b')"), unique: true }, partial(printed(LIST)), "unique"],
  [key("lower(title)"), key("upper(title)"), "columns"],
];

let count = 0;

/** Builds an index on `app.docs` under a name of its own, and gives the name. */
async function build(args: Args): Promise<string> {
  const name = `spelling_${++count}`;
  await ensureIndex({
    database: targetOf(db.url),
    desired: await declare({ ...base(name), ...args }),
    ctx: record().ctx,
  });
  return name;
}

function base(name: string): Args {
  return { schema: "app", table: "docs", name };
}

describe("another spelling of the same index is the same", () => {
  test.each(SAME)("%j", async (built, ...spellings) => {
    const name = await build(built);
    const oid = await oidOf(db, name);
    for (const spelling of spellings) {
      const desired = await declare({ ...base(name), ...spelling });
      const steps = stepsOf(await previewIndex(targetOf(db.url), desired), "app.docs");
      expect(steps, JSON.stringify(spelling)).toEqual([BUILDS_NOTHING]);
      const ensured = await ensureIndex({ database: targetOf(db.url), desired, ctx: record().ctx });
      expect(ensured).toMatchObject({ adopted: true, live: { oid } });
    }
  });
});

describe("another definition is never the same", () => {
  const refused = "%j, declared %j: refused, the difference named, nothing changed";
  test.each(DIFFERENT)(refused, async (built, declared, field) => {
    const name = await build(built);
    const oid = await oidOf(db, name);
    const desired = await declare({ ...base(name), ...declared });
    const preview = await failureOf(previewIndex(targetOf(db.url), desired));
    const failure = await failureOf(
      ensureIndex({ database: targetOf(db.url), desired, ctx: record().ctx }),
    );
    expect(failure.message).toMatch(
      new RegExp(`^refused: index app\\.${name} .* another definition\n.* ${field}: declared`),
    );
    expect(preview.message).toBe(failure.message);
    expect(await oidOf(db, name)).toBe(oid);
  });

  test.each(DIFFERENT)("%j, declared %j: changed when it is our own", async (...row) => {
    const [built, declared, field] = row;
    const name = await build(built);
    const oid = await oidOf(db, name);
    const desired = await declare({ ...base(name), ...declared });
    const target = targetOf(db.url);
    const previous = { schema: "app", name };
    const { live } = await ensureIndex({ database: target, desired, previous, ctx: record().ctx });
    expect(live).toMatchObject({ name, valid: true, ready: true, live: true });
    expect(live.oid === oid).toBe(field === "storageParameters");
    const preview = await previewIndex(target, desired, {
      previous: { ...previous, oid: live.oid },
    });
    expect(stepsOf(preview, "app.docs")).toEqual([BUILDS_NOTHING]);
  });
});
