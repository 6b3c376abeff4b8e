import { column, expression, partial, type Refusal, using, withParameters } from "../definition.ts";

/** What PostgreSQL does not take; a preview says so, in its words, and the table is not touched. */
export const REFUSALS: readonly Refusal[] = [
  {
    title: "a column that is not there",
    args: column("nope"),
    message: /column "nope" does not exist/,
  },
  {
    title: "a function that is not there",
    args: expression("nope(id)"),
    message: /function nope\(integer\) does not exist/,
  },
  {
    title: "a function that is not immutable",
    args: expression("now()"),
    message: /must be marked IMMUTABLE/,
  },
  {
    title: "a cast that depends on the session",
    args: expression("created_at::date"),
    message: /must be marked IMMUTABLE/,
  },
  {
    title: "a condition that is no boolean",
    args: partial("id + 1"),
    message: /must be type boolean/,
  },
  {
    title: "a condition that is not immutable",
    args: partial("created_at > now()"),
    message: /must be marked IMMUTABLE/,
  },
  {
    title: "an aggregate",
    args: expression("max(id)"),
    message: /aggregate functions are not allowed/,
  },
  {
    title: "a window function",
    args: expression("row_number() OVER ()"),
    message: /window functions are not allowed/,
  },
  { title: "a type without an order", args: column("place"), message: /no default operator class/ },
  {
    title: "an unknown access method",
    args: using("lsm", column("id")),
    message: /access method "lsm" does not exist/,
  },
  {
    title: "an unknown operator class",
    args: column("id", { operatorClass: "nope_ops" }),
    message: /operator class "nope_ops" does not exist/,
  },
  {
    title: "an operator class of another type",
    args: column("id", { operatorClass: "text_ops" }),
    message: /does not accept data type integer/,
  },
  {
    title: "a parameter that the operator class does not have",
    args: using("gist", withParameters("words", "tsvector_ops", { nope: 1 })),
    message: /unrecognized parameter "nope"/,
  },
  {
    title: "a parameter of an operator class that has none",
    args: withParameters("id", "int4_ops", { nope: 1 }),
    message: /operator class "int4_ops" has no options|has no options/,
  },
  {
    title: "an unknown collation",
    args: column("title", { collation: "nope" }),
    message: /collation "nope" .*does not exist/,
  },
  {
    title: "a collation on a number",
    args: column("id", { collation: "C" }),
    message: /collations are not supported by type integer/,
  },
  {
    title: "a storage parameter of another access method",
    args: { columns: ["id"], storageParameters: { fastupdate: true } },
    message: /unrecognized parameter "fastupdate"/,
  },
  {
    title: "a storage parameter out of bounds",
    args: { columns: ["id"], storageParameters: { fillfactor: 5 } },
    message: /out of bounds for option "fillfactor"/,
  },
  {
    title: "unique by hash",
    args: { ...using("hash", column("id")), unique: true },
    message: /does not support unique indexes/,
  },
  {
    title: "several columns by hash",
    args: using("hash", { columns: ["id", "big"] }),
    message: /does not support multicolumn indexes/,
  },
  {
    title: "an order by gin",
    args: using("gin", column("tags", { order: "desc" })),
    message: /does not support ASC\/DESC options/,
  },
  {
    title: "included columns by gin",
    args: { ...using("gin", column("tags")), include: ["id"] },
    message: /does not support included columns/,
  },
  {
    title: "a system column",
    args: column("ctid"),
    message: /index creation on system columns is not supported/,
  },
  {
    title: "a virtual generated column",
    args: column("doubled"),
    message: /virtual generated columns are not supported|indexes on virtual generated columns/,
    since: 18,
  },
  {
    title: "a view's name for the table",
    args: { table: "nope", columns: ["id"] },
    message: /there is no table app\.nope/,
  },
];
