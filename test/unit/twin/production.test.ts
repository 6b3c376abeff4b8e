// The statement that reads a database, and those that make its twin: what no server of the tests has.
import { expect, test } from "vitest";
import type {
  Production,
  Relation,
} from "../../../providers/pgindex/src/engine/twin/production/production.ts";
import { productionSql } from "../../../providers/pgindex/src/engine/twin/production/productionSql.ts";
import { schemaSql } from "../../../providers/pgindex/src/engine/twin/production/schemaSql.ts";
import { noBinary, reasonOf } from "../../../providers/pgindex/src/engine/twin/twinMessages.ts";

test.each([
  [130_000, ["'provider', 'c'", "'locale', NULL::text"], "datlocprovider"],
  [150_000, ["'locale', daticulocale", "'locale', coll.colliculocale"], "datlocale"],
  [
    170_000,
    ["'locale', datlocale", "'locale', coll.colllocale", "range_bounds_histogram"],
    "iculocale",
  ],
])("PostgreSQL %d is asked for what it has", (version, has, lacks) => {
  const sql = productionSql(version);
  for (const part of has) expect(sql).toContain(part);
  expect(sql).not.toContain(lacks);
});

const NOTHING: Omit<Production, "database"> = {
  extensions: [],
  collations: [],
  types: [],
  functions: [],
  relations: [],
  indexes: [],
  constraints: [],
  statistics: [],
  extended: [],
};
const TABLE = {
  ...{ oid: 1, schema: "app", name: "t", kind: "r", method: "heap", options: null, bound: null },
  ...{ partitionKey: null, parents: [], columns: [] },
} as unknown as Relation;
const COLUMN = { name: "a", type: "int", notNull: false, isVirtual: false, collation: null };
const made = (production: Partial<Production>) =>
  schemaSql({ ...NOTHING, ...production } as Production)
    .slice(1)
    .map(({ sql, cannot }) => cannot ?? sql);

test("collations of libc, of none, and of a name that nobody knows", () => {
  const [collation, named] = [{ schema: "app", name: "c", deterministic: true, ctype: null }, "c"];
  expect(
    made({
      collations: [
        { ...collation, provider: named, locale: null, collate: "de_AT" },
        { ...collation, provider: "d", locale: null, collate: null },
      ],
    }),
  ).toEqual([
    `CREATE COLLATION "app"."c" (provider = libc, locale = 'de_AT', deterministic = true)`,
    `CREATE COLLATION "app"."c" (provider = libc, locale = 'C', deterministic = true)`,
  ]);
});

test("a domain with its rules", () => {
  const type = { schema: "app", name: "d", kind: "d", base: "text", notNull: true, labels: [] };
  const types = [
    { ...type, subtype: null, attributes: [], checks: ["CHECK (VALUE <> '') NOT VALID"] },
  ];
  expect(made({ types })).toEqual([`CREATE DOMAIN "app"."d" AS text NOT NULL CHECK (VALUE <> '')`]);
});

test("tables: foreign, with a method and settings of their own, and columns that are computed", () => {
  const generated = { ...COLUMN, generated: "b * 2" };
  expect(
    made({
      relations: [
        { ...TABLE, kind: "f" },
        { ...TABLE, method: "columnar", options: ["parallel_workers=4"] },
        {
          ...TABLE,
          kind: "p",
          partitionKey: "RANGE (a)",
          options: ["fillfactor=50"],
          method: null,
        },
        { ...TABLE, columns: [generated, { ...generated, isVirtual: true }] },
      ],
    }),
  ).toEqual([
    "it is a foreign table",
    'CREATE TABLE "app"."t" () USING "columnar" WITH (parallel_workers=4)',
    'CREATE TABLE "app"."t" () PARTITION BY RANGE (a)',
    'CREATE TABLE "app"."t" ("a" int GENERATED ALWAYS AS (b * 2) STORED, "a" int GENERATED ALWAYS AS (b * 2) VIRTUAL)',
  ]);
});

test("what belongs to a table that is not there is left out", () => {
  const constraint = { table: 2, name: "c", kind: "c", index: null, definition: "CHECK (true)" };
  const relations = [{ ...TABLE, parents: [2] }];
  expect(made({ relations, constraints: [constraint] })).toEqual(['CREATE TABLE "app"."t" ()']);
});

test("reasons", () => {
  expect(reasonOf(new Error("no room\nat all"))).toBe("no room");
  expect(noBinary(17)).toMatch(/^17 is installed, and only 18 takes statistics/);
});
