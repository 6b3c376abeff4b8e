import type { RefusalCase } from "./refusalCases.ts";

/**
 * Where the table, and not the declaration alone, forbids the index: partitions and constraints.
 */
export const TABLE_REFUSALS: readonly RefusalCase[] = [
  [
    "a unique index without the partition key",
    { table: "parent", columns: ["title"], unique: true },
    /lacks the partition key of public\.parent \(id\)/,
    /add id to columns/,
  ],
  [
    "a unique index without the partition key of a partition",
    { table: "grandparent", unique: true },
    /lacks the partition key of public\.parent_by_title \(title\)/,
    /add title to columns/,
  ],
  [
    "a unique index where the partition key is an expression",
    { table: "by_expression", unique: true },
    /lacks the partition key of public\.by_expression \(an expression\)/,
    /unique index on each partition/,
  ],
  [
    "unique beside a partition that is a foreign table",
    { table: "partly_far", unique: true },
    /its partition public\.far is a foreign table/,
    /without unique/,
  ],
  [
    "a constraint on a partitioned table",
    { table: "parent", constraint: "unique" },
    /public\.parent is a partitioned table/,
    /without constraint/,
  ],
  [
    "a constraint on a materialized view",
    { table: "taken_matview", constraint: "unique" },
    /public\.taken_matview is a materialized view/,
    /without constraint/,
  ],
  [
    "a constraint over another operator class than the default",
    { constraint: "unique", columns: [{ column: "title", operatorClass: "text_pattern_ops" }] },
    /does not have default sorting behavior/,
    /default operator class, collation and order, or .* without constraint/,
  ],
  [
    "a constraint over another collation than the column's",
    { constraint: "unique", columns: [{ column: "title", collation: "C" }] },
    /does not have default sorting behavior/,
    /default operator class, collation and order/,
  ],
  [
    "a primary key over a column that can be null",
    { constraint: "primaryKey", columns: ["id", "title"] },
    /id, title can be null/,
    /NOT NULL/,
  ],
];
