import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import {
  index,
  integer,
  pgSchema,
  pgTable,
  text,
  timestamp,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import { describe, expect, test } from "vitest";
import * as phase3 from "../../../drizzle/schema.ts";
import type { IndexDeclaration } from "../../../providers/pgindex/src/import/declaration.ts";
import { indexesFromDrizzle } from "../../../providers/pgindex/src/import/indexesFromDrizzle.ts";
import { indexesFromSql } from "../../../providers/pgindex/src/import/indexesFromSql.ts";
import { columns, docs, type Untyped } from "../../support/import/drizzleTables.ts";

/** What the one index of a table is declared as, without the table. */
function declared(extras: (table: Untyped) => Untyped): Partial<IndexDeclaration> {
  const found = indexesFromDrizzle({ docs: docs((table) => [extras(table)]) });
  expect(found).toHaveLength(1);
  const [{ table, ...rest } = { table: "", name: "", columns: [] }] = found;
  expect(table).toBe("docs");
  return rest;
}

test("the Phase 3 schema gives the declarations of its migration", () => {
  const migration = indexesFromSql("drizzle/migrations/0013_sticky_skreet.sql");
  expect(indexesFromDrizzle(phase3)).toEqual(expect.arrayContaining(migration));
  expect(indexesFromDrizzle(phase3)).toHaveLength(2);
});

const CASES: readonly (readonly [
  string,
  (table: Untyped) => Untyped,
  Partial<IndexDeclaration>,
])[] = [
  [
    "a derived name",
    (t) => index().on(t.email, t.at),
    { name: "docs_email_created_at_index", columns: ["email", "created_at"] },
  ],
  [
    "unique",
    (t) => uniqueIndex().on(t.at),
    { name: "docs_created_at_index", columns: ["created_at"], unique: true },
  ],
  ["on only", (t) => index("i").onOnly(t.at), { name: "i", columns: ["created_at"] }],
  [
    "desc is NULLS LAST in Drizzle",
    (t) => index("i").on(t.at.desc()),
    { name: "i", columns: [{ column: "created_at", order: "desc", nulls: "last" }] },
  ],
  [
    "desc, nulls first",
    (t) => index("i").on(t.at.desc().nullsFirst()),
    { name: "i", columns: [{ column: "created_at", order: "desc" }] },
  ],
  [
    "nulls first",
    (t) => index("i").on(t.at.nullsFirst()),
    { name: "i", columns: [{ column: "created_at", nulls: "first" }] },
  ],
  [
    "a method",
    (t) => index("i").using("HASH", t.email),
    { name: "i", columns: ["email"], accessMethod: "hash" },
  ],
  [
    "an operator class",
    (t) => index("i").on(t.email.op("text_pattern_ops")),
    { name: "i", columns: [{ column: "email", operatorClass: "text_pattern_ops" }] },
  ],
  [
    "storage parameters",
    (t) => index("i").on(t.id).with({ fillfactor: 70, deduplicate_items: "off" }),
    { name: "i", columns: ["id"], storageParameters: { fillfactor: 70, deduplicate_items: "off" } },
  ],
  [
    "an expression",
    (t) => index("i").on(sql`lower(${t.email})`, t.id),
    { name: "i", columns: [{ expression: 'lower("email")' }, "id"] },
  ],
  [
    "an expression with everything",
    (t) => index("i").using("gin", sql`(${t.email} || 'x') gin_trgm_ops`),
    {
      name: "i",
      columns: [{ expression: `"email" || 'x'`, operatorClass: "gin_trgm_ops" }],
      accessMethod: "gin",
    },
  ],
  [
    "a predicate",
    (t) => uniqueIndex("i").on(t.id).where(sql`${t.active} and ${t.at} is null`),
    {
      name: "i",
      columns: ["id"],
      unique: true,
      predicate: '"docs"."is_active" and "docs"."created_at" is null',
    },
  ],
  [
    "a predicate with values",
    (t) =>
      index("i")
        .on(t.id)
        .where(sql`${and(eq(t.active, true), inArray(t.email, ["a", "it's"]), isNull(t.at))}`),
    {
      name: "i",
      columns: ["id"],
      predicate:
        `("docs"."is_active" = true and "docs"."email" in ('a', 'it''s') and ` +
        `"docs"."created_at" is null)`,
    },
  ],
];

describe("every feature", () => {
  test.each(CASES)("%s", (_, extras, expected) => {
    expect(declared(extras)).toEqual(expected);
  });
});

test("a table of a schema, and its predicate without the schema", () => {
  const app = pgSchema("app");
  const table = app.table("docs", columns(), (t) => [index().on(t.id).where(sql`${t.active}`)]);
  expect(indexesFromDrizzle({ app, table })).toEqual([
    {
      schema: "app",
      table: "docs",
      name: "docs_id_index",
      columns: ["id"],
      predicate: '"docs"."is_active"',
    },
  ]);
});

test("a derived name that is too long is cut where PostgreSQL cuts it", () => {
  const table = pgTable("ü".repeat(20), { column: integer("c".repeat(30)) }, (t) => [
    index().on(t.column),
  ]);
  const [found] = indexesFromDrizzle({ table });
  expect(found?.name).toBe(`${"ü".repeat(20)}_${"c".repeat(22)}`);
});

test("columns without a name are cased as the options say", () => {
  const table = pgTable("docs", { createdAt: timestamp(), TwoWords: text("TwoWords") }, (t) => [
    index().on(t.createdAt, t.TwoWords).where(sql`${t.createdAt} is null`),
  ]);
  expect(indexesFromDrizzle({ table }, { casing: "snake_case" })).toEqual([
    {
      table: "docs",
      name: "docs_created_at_TwoWords_index",
      columns: ["created_at", "TwoWords"],
      predicate: '"docs"."created_at" is null',
    },
  ]);
  expect(indexesFromDrizzle({ table })[0]?.columns).toEqual(["createdAt", "TwoWords"]);
});

test("a table that is exported twice, or by default, is read once", () => {
  const table = docs((t) => [index("i").on(t.id)]);
  expect(indexesFromDrizzle({ a: table, b: table, default: { table } })).toHaveLength(1);
});
