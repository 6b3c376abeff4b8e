import { type Definition, define, expression, using } from "../definition.ts";

const things = { schema: "Other Schema", table: "things" };

/** Names, schemas and kinds of tables. */
export const PLACES: readonly Definition[] = [
  define(
    "names that need quoting",
    { table: "Weird; DROP TABLE", name: 'Ïdx "1"; --', columns: ["select", "from"] },
    '("select", "from")',
    {
      respelled: [
        {
          table: "Weird; DROP TABLE",
          name: 'Ïdx "1"; --',
          columns: [{ expression: '"select"' }, { expression: '"Weird; DROP TABLE"."from"' }],
        },
      ],
      changed: { table: "Weird; DROP TABLE", name: 'Ïdx "1"; --', columns: ["from"] },
    },
  ),
  define(
    "columns that need quoting",
    { columns: ["order", 'Odd "col; --', "größe", "MixedCase"] },
    '("order", "Odd ""col; --", "größe", "MixedCase")',
  ),
  define("a mixed-case name", { name: "Docs_IDX", columns: ["id"] }, "(id)"),
  define("a name that is a keyword", { name: "select", columns: ["id"] }, "(id)"),
  define(
    "a name with a dot, a space and a percent sign",
    { name: "a.b c%s$1", columns: ["id"] },
    "(id)",
  ),
  define("a name of 63 bytes", { name: `docs_${"x".repeat(58)}`, columns: ["id"] }, "(id)"),
  define(
    "a name of 63 bytes in 32 characters",
    { name: `x${"é".repeat(31)}`, columns: ["id"] },
    "(id)",
  ),
  define(
    "a name of 60 bytes, whose temporary names are cut",
    { name: `${"😀".repeat(15)}`, columns: [{ expression: "lower(title)" }] },
    "(lower(title))",
  ),
  define(
    "a table of 61 bytes",
    { table: `täble_${"ü".repeat(28)}`, name: `täble_${"ü".repeat(27)}_i`, columns: ["a"] },
    "(a)",
  ),
  define(
    "another schema, its own types by searchPath",
    { ...things, columns: ["title"], predicate: "feeling = 'ok'::mood", searchPath: ["app"] },
    "(title) WHERE feeling = 'ok'",
    { respelled: [{ ...things, columns: ["title"], predicate: "feeling = 'ok'" }] },
  ),
  define(
    "another schema, unique, by an expression",
    { ...things, ...expression("things.id % 100000"), unique: true },
    "((id % 100000))",
  ),
  define("a materialized view", { table: "summary", columns: ["title"] }, "(title)"),
  define(
    "a materialized view, by gin",
    { table: "summary", ...using("gin", { columns: ["tags"] }) },
    "USING gin (tags)",
  ),
  define(
    "a materialized view, unique, for its concurrent refresh",
    { table: "summary", columns: ["id"], unique: true },
    "(id)",
  ),
  define("a table with children", { table: "parent", columns: ["a"] }, "(a)", {
    changed: { table: "parent", columns: ["a"], include: ["b"] },
  }),
  define("a child table", { table: "child", columns: ["a", "c"] }, "(a, c)", {
    changed: { table: "child", columns: ["c", "a"] },
  }),
  define("an unlogged table", { table: "unlogged", columns: ["a"] }, "(a)", {
    changed: { table: "unlogged", columns: ["b"] },
  }),
];
