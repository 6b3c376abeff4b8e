import {
  column,
  type Definition,
  define,
  expression,
  using,
  withParameters,
} from "../definition.ts";

const gin = (args: object) => using("gin", { ...args });
const gist = (args: object) => using("gist", { ...args });
const brin = (args: object) => using("brin", { ...args });
const spgist = (args: object) => using("spgist", { ...args });

/** Access methods of the server itself, with their operator classes. */
export const METHODS: readonly Definition[] = [
  define("hash", using("hash", column("slug")), "USING hash (slug)", {
    respelled: [using("hash", column("slug", { operatorClass: "text_ops" }))],
    changed: column("slug"),
  }),
  define(
    "hash on an expression, partial",
    { ...using("hash", expression("lower(title)")), predicate: "id > 10" },
    "USING hash (lower(title)) WHERE id > 10",
  ),
  define("gin on an array", gin(column("tags")), "USING gin (tags)", {
    respelled: [gin(column("tags", { operatorClass: "array_ops" }))],
  }),
  define("gin on an array of varchar", gin(column("labels")), "USING gin (labels)"),
  define("gin on an array of enums", gin(column("moods")), "USING gin (moods)"),
  define("gin on jsonb", gin(column("data")), "USING gin (data)", {
    respelled: [gin(column("data", { operatorClass: "jsonb_ops" }))],
    changed: gin(column("data", { operatorClass: "jsonb_path_ops" })),
  }),
  define(
    "gin, jsonb_path_ops",
    gin(column("data", { operatorClass: "jsonb_path_ops" })),
    "USING gin (data jsonb_path_ops)",
    { changed: gin(column("data")) },
  ),
  define(
    "gin on a part of jsonb",
    gin(expression("data -> 'tags'")),
    "USING gin ((data -> 'tags'))",
    { respelled: [gin(expression("(data->'tags'::text)"))] },
  ),
  define("gin on tsvector", gin(column("words")), "USING gin (words)"),
  define(
    "gin on to_tsvector",
    gin(expression("to_tsvector('english', title || ' ' || coalesce(body, ''))")),
    "USING gin (to_tsvector('english', title || ' ' || coalesce(body, '')))",
    {
      respelled: [
        gin(expression("to_tsvector('english'::regconfig, (title || ' ') || COALESCE(body,''))")),
      ],
      changed: gin(expression("to_tsvector('german', title || ' ' || coalesce(body, ''))")),
    },
  ),
  define(
    "gin on two columns",
    gin({ columns: ["tags", { column: "data", operatorClass: "jsonb_path_ops" }] }),
    "USING gin (tags, data jsonb_path_ops)",
  ),
  define("gist on a range", gist(column("during")), "USING gist (during)", {
    respelled: [gist(column("during", { operatorClass: "range_ops" }))],
    changed: spgist(column("during")),
  }),
  define("gist on points", gist(column("place")), "USING gist (place)"),
  define(
    "gist on boxes, polygons and circles",
    gist({ columns: ["area", "shape", "round"] }),
    "USING gist (area, shape, round)",
  ),
  define(
    "gist on inet",
    gist(column("addr", { operatorClass: "inet_ops" })),
    "USING gist (addr inet_ops)",
  ),
  define("gist on tsvector", gist(column("words")), "USING gist (words)", {
    changed: gist(withParameters("words", "tsvector_ops", { siglen: 256 })),
  }),
  define(
    "gist on tsvector with a signature length",
    gist(withParameters("words", "tsvector_ops", { siglen: 100 })),
    "USING gist (words tsvector_ops (siglen = 100))",
    {
      respelled: [gist(withParameters("words", "tsvector_ops", { siglen: "100" }))],
      changed: gist(withParameters("words", "tsvector_ops", { siglen: 101 })),
    },
  ),
  define("gist on tsquery", gist(column("query")), "USING gist (query)"),
  define(
    "gist with included columns",
    { ...gist(column("during")), include: ["id", "title"] },
    "USING gist (during) INCLUDE (id, title)",
    { changed: { ...gist(column("during")), include: ["id"] } },
  ),
  define("gist on a multirange", gist(column("spans")), "USING gist (spans)", { since: 14 }),
  define("spgist on points", spgist(column("place")), "USING spgist (place)", {
    respelled: [spgist(column("place", { operatorClass: "quad_point_ops" }))],
    changed: spgist(column("place", { operatorClass: "kd_point_ops" })),
  }),
  define("spgist on text", spgist(column("title")), "USING spgist (title)", {
    changed: spgist(column("title", { collation: "C" })),
  }),
  define(
    "spgist on inet",
    spgist(column("addr", { operatorClass: "inet_ops" })),
    "USING spgist (addr inet_ops)",
  ),
  define(
    "spgist with included columns",
    { ...spgist(column("during")), include: ["id"] },
    "USING spgist (during) INCLUDE (id)",
    { since: 14, refusal: /include with spgist needs PostgreSQL 14/ },
  ),
  define("brin", brin(column("created_at")), "USING brin (created_at)", {
    respelled: [brin(column("created_at", { operatorClass: "timestamptz_minmax_ops" }))],
  }),
  define(
    "brin on four columns",
    brin({ columns: ["id", "day", "price", "title"] }),
    "USING brin (id, day, price, title)",
  ),
  define(
    "brin on a range",
    brin(column("during", { operatorClass: "range_inclusion_ops" })),
    "USING brin (during range_inclusion_ops)",
  ),
  define(
    "brin, minmax_multi",
    brin(withParameters("day", "date_minmax_multi_ops", { values_per_range: 16 })),
    "USING brin (day date_minmax_multi_ops (values_per_range = 16))",
    {
      since: 14,
      changed: brin(withParameters("day", "date_minmax_multi_ops", { values_per_range: 8 })),
    },
  ),
  define(
    "brin, bloom",
    brin(
      withParameters("title", "text_bloom_ops", {
        n_distinct_per_range: -0.05,
        false_positive_rate: 0.02,
      }),
    ),
    "USING brin (title text_bloom_ops (n_distinct_per_range = -0.05, false_positive_rate = 0.02))",
    {
      since: 14,
      respelled: [
        brin(
          withParameters("title", "text_bloom_ops", {
            false_positive_rate: "0.02",
            n_distinct_per_range: "-0.05",
          }),
        ),
      ],
      changed: brin(column("title", { operatorClass: "text_bloom_ops" })),
    },
  ),
];
