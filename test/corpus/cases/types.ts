import { type Definition, define, expression, using } from "../definition.ts";

/** Columns with a B-tree order whose types the other themes do not use. */
const NUMBERS = ["big", "small", "ratio", "score", "amount", "ref"];
const OF_TIME = ["updated_at", "starts", "ends", "span"];
const BY_USERS = ["rank", "email", "feeling", "moods", "couple"];
const OF_NETWORKS = ["addr", "net", "mac"];
const OTHERS = ["active", "uid", "raw", "bits", "words", "data", "nums", "during", "path"];
const TEXTS = ["sort", "label", "code", "nick"];

export const TYPES: readonly Definition[] = [
  ...[NUMBERS, OF_TIME, BY_USERS, OF_NETWORKS, OTHERS, TEXTS].map((columns) =>
    define(`columns of their types: ${columns}`, { columns }, `(${columns})`, {
      respelled: [{ columns: columns.map((name) => ({ column: name, order: "asc" })) }],
      changed: { columns: columns.map((name) => ({ column: name, order: "desc" })) },
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
