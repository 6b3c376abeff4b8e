import type { Args } from "../support/engine/engine.ts";

const key = (expression: string): Args => ({ columns: [{ expression }] });

export type RefusalCase = readonly [title: string, args: Args, what: RegExp, fix: RegExp];

/**
 * Each differs from `{ table: "t", name: "t_idx", columns: ["id"] }`, and is refused with these
 * words in `what` and `fix`.
 */
export const REFUSALS: readonly RefusalCase[] = [
  [
    "a missing table",
    { table: "nosuch" },
    /there is no table public\.nosuch/,
    /arguments table and schema/,
  ],
  [
    "a missing schema",
    { schema: "nosuch" },
    /there is no table nosuch\.t/,
    /write schema: "public"/,
  ],
  [
    "a table in the wrong case",
    { table: "ID" },
    /there is no table public\.ID/,
    /table and schema/,
  ],
  [
    "an unknown column",
    { columns: ["titel"] },
    /column "titel" .*does not exist/,
    /did you mean "title"\?/,
  ],
  [
    "a column in the wrong case",
    { table: "T", columns: ["id"] },
    /column "id" .*does not exist/,
    /upper case matters/,
  ],
  [
    "an unknown column in an expression",
    key("lower(titel)"),
    /column "titel" does not exist/,
    /did you mean "title"\?/,
  ],
  [
    "an unknown column in the predicate",
    { predicate: "state = 1" },
    /column "state" does not exist/,
    /spelling/,
  ],
  [
    "an unknown included column",
    { include: ["titel"] },
    /column "titel" .*does not exist/,
    /did you mean "title"\?/,
  ],
  ["an unknown function", key("norm(title)"), /function norm\(text\) does not exist/, /searchPath/],
  [
    "a function that is not immutable",
    key("date_trunc('day', created_at)"),
    /marked IMMUTABLE/,
    /created_at AT TIME ZONE 'UTC'/,
  ],
  [
    "a predicate that changes with time",
    { predicate: "created_at > now()" },
    /marked IMMUTABLE/,
    /put a fixed time there/,
  ],
  [
    "a predicate that is no condition",
    { predicate: "id" },
    /must be type boolean/,
    /operator class|correct/,
  ],
  [
    "an aggregate",
    key("count(id)"),
    /aggregate functions are not allowed/,
    /correct the declaration/,
  ],
  ["a window function", key("row_number() over ()"), /window functions are not allowed/, /correct/],
  [
    "a set of rows",
    key("generate_series(1, id)"),
    /set-returning functions are not allowed/,
    /remove that feature/,
  ],
  ["a row", key("row(id, title)"), /pseudo-type record/, /correct the declaration/],
  [
    "an unknown operator class",
    { columns: [{ column: "id", operatorClass: "nosuch_ops" }] },
    /operator class "nosuch_ops" does not exist/,
    /name of the operator class/,
  ],
  [
    "an operator class of another type",
    { columns: [{ column: "id", operatorClass: "text_ops" }] },
    /does not accept data type integer/,
    /operatorClass: "int4_ops"/,
  ],
  [
    "a type without a default operator class",
    { columns: ["data"], accessMethod: "gist" },
    /no default operator class/,
    /operator class/,
  ],
  [
    "an unknown collation",
    { columns: [{ column: "title", collation: "xx_XX" }] },
    /collation "xx_XX" .*does not exist/,
    /collation/,
  ],
  [
    "a collation for a number",
    { columns: [{ column: "id", collation: "C" }] },
    /collations are not supported by type integer/,
    /operator class|collation/,
  ],
  [
    "an unknown access method",
    { accessMethod: "btrie" },
    /access method "btrie" does not exist/,
    /did you mean "btree"\?/,
  ],
  [
    "an unknown storage parameter",
    { storageParameters: { fillfaktor: 70 } },
    /unrecognized parameter "fillfaktor"/,
    /did you mean "fillfactor"\?/,
  ],
  [
    "a wrong value of a storage parameter",
    { storageParameters: { fillfactor: 700 } },
    /value 700 out of bounds/,
    /parameter/,
  ],
  [
    "a method that cannot be unique",
    { accessMethod: "hash", unique: true },
    /does not support unique/,
    /remove that feature/,
  ],
  [
    "a method without order",
    { accessMethod: "hash", columns: [{ column: "id", order: "desc" }] },
    /does not support ASC\/DESC/,
    /remove that feature/,
  ],
  ["the name of a table", { name: "other" }, /a table has that name/, /another name/],
  ["the name of a view", { name: "taken_view" }, /a view has that name/, /another name/],
  [
    "the name of a sequence",
    { name: "taken_sequence" },
    /a sequence has that name/,
    /another name/,
  ],
  ["the name of a type", { name: "taken_type" }, /a composite type has that name/, /another name/],
  [
    "the name of an index of another table",
    { name: "taken_index" },
    /table public\.other has an index with that name/,
    /another name/,
  ],
  [
    "a missing tablespace",
    { tablespace: "nosuch" },
    /tablespace "nosuch" does not exist/,
    /check the name of the tablespace/,
  ],
  ["a foreign table", { table: "far" }, /is a foreign table/, /table that holds the rows/],
  ["a view", { table: "taken_view" }, /is a view/, /table that holds the rows/],
  ["a sequence", { table: "taken_sequence" }, /is a sequence/, /table that holds the rows/],
];
