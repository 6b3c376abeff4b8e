import { column, type Definition, define, expression, using } from "../definition.ts";

/** Types with a B-tree order that the other themes do not use; each with an index of one column. */
const PLAIN = [
  "big",
  "small",
  "rank",
  "email",
  "feeling",
  "moods",
  "couple",
  "nums",
  "data",
  "ratio",
  "score",
  "amount",
  "active",
  "updated_at",
  "starts",
  "ends",
  "span",
  "during",
  "addr",
  "net",
  "mac",
  "uid",
  "raw",
  "bits",
  "words",
  "ref",
  "sort",
  "label",
  "path",
  "length",
] as const;

const QUOTED = new Map([["sort", '"sort"']]);

export const TYPES: readonly Definition[] = [
  ...PLAIN.map((name) =>
    define(`a column of its type: ${name}`, { columns: [name] }, `(${QUOTED.get(name) ?? name})`, {
      respelled: [column(name, { order: "asc" })],
      changed: column(name, { order: "desc" }),
    }),
  ),
  define("a generated column and its source", { columns: ["length", "title"] }, "(length, title)"),
  define(
    "an enum and a domain in expressions",
    { columns: [{ expression: "rank + 1" }, { expression: "feeling = 'ok'" }] },
    "((rank + 1), (feeling = 'ok'))",
    {
      respelled: [
        {
          columns: [{ expression: "rank::int + 1" }, { expression: "feeling = 'ok'::app.mood" }],
        },
      ],
    },
  ),
  define("a field of a composite", expression("(couple).x"), "(((couple).x))", {
    respelled: [expression("(docs.couple).x")],
    changed: expression("(couple).y"),
  }),
  define("a range's bound", expression("lower(during)"), "(lower(during))", {
    changed: expression("upper(during)"),
  }),
  define(
    "a range's bounds as a key of gist",
    using("gist", expression("tstzrange(lower(valid), upper(valid), '[]')")),
    "USING gist (tstzrange(lower(valid), upper(valid), '[]'))",
    {
      respelled: [using("gist", expression("tstzrange(lower(valid), upper(valid), '[]'::text)"))],
    },
  ),
  define(
    "a range built of two columns",
    using("gist", expression("int4range(parent_id, id, '[]')")),
    "USING gist (int4range(parent_id, id, '[]'))",
  ),
];
