import { column, type Definition, define, expression, using } from "../definition.ts";

const expressionWith = (statistics?: number) => ({
  columns: ["id", { expression: "lower(title)", statistics }],
});
const stored = (storageParameters: object, base: object = { columns: ["id"] }) => ({
  ...base,
  storageParameters,
});

/**
 * Storage parameters of every access method, statistics targets, comments: what is altered, not
 * built anew.
 */
export const ALTERABLE: readonly Definition[] = [
  define("fillfactor", stored({ fillfactor: 70 }), "(id) WITH (fillfactor = 70)", {
    respelled: [stored({ fillfactor: "70" })],
    altered: stored({ fillfactor: 71 }),
  }),
  define("no parameters", { columns: ["id"] }, "(id)", {
    altered: stored({ fillfactor: 90, deduplicate_items: "off" }),
  }),
  define(
    "two parameters of btree",
    stored({ deduplicate_items: false, fillfactor: 80 }),
    "(id) WITH (deduplicate_items = false, fillfactor = 80)",
    {
      respelled: [
        stored({ fillfactor: "80", deduplicate_items: "off" }),
        stored({ fillfactor: 80, deduplicate_items: "no" }),
      ],
      altered: stored({ fillfactor: 80 }),
    },
  ),
  define(
    "deduplicate_items on",
    stored({ deduplicate_items: "on" }),
    "(id) WITH (deduplicate_items = on)",
    { respelled: [stored({ deduplicate_items: true })], altered: { columns: ["id"] } },
  ),
  define(
    "hash",
    using("hash", stored({ fillfactor: 60 })),
    "USING hash (id) WITH (fillfactor = 60)",
    { rebuilt: using("hash", { columns: ["id"] }) },
  ),
  define(
    "gin",
    using("gin", stored({ fastupdate: false, gin_pending_list_limit: 128 }, column("tags"))),
    "USING gin (tags) WITH (fastupdate = false, gin_pending_list_limit = 128)",
    {
      respelled: [
        using("gin", stored({ gin_pending_list_limit: 128, fastupdate: "off" }, column("tags"))),
      ],
      altered: using("gin", stored({ fastupdate: true }, column("tags"))),
    },
  ),
  define(
    "gist",
    using("gist", stored({ buffering: "auto", fillfactor: 85 }, column("during"))),
    "USING gist (during) WITH (buffering = auto, fillfactor = 85)",
    { rebuilt: using("gist", stored({ buffering: "off" }, column("during"))) },
  ),
  define(
    "spgist",
    using("spgist", stored({ fillfactor: 75 }, column("place"))),
    "USING spgist (place) WITH (fillfactor = 75)",
    { altered: using("spgist", column("place")) },
  ),
  define(
    "brin",
    using("brin", stored({ pages_per_range: 16, autosummarize: true }, column("created_at"))),
    "USING brin (created_at) WITH (pages_per_range = 16, autosummarize = true)",
    {
      respelled: [
        using(
          "brin",
          stored({ autosummarize: "yes", pages_per_range: "16" }, column("created_at")),
        ),
      ],
      rebuilt: using("brin", stored({ pages_per_range: 32 }, column("created_at"))),
    },
  ),
  define(
    "a parameter and another predicate at once",
    { ...stored({ fillfactor: 70 }), predicate: "id > 1" },
    "(id) WITH (fillfactor = 70) WHERE id > 1",
    { changed: { ...stored({ fillfactor: 60 }), predicate: "id > 2", comment: "new" } },
  ),
  define("a statistics target", expressionWith(500), "(id, lower(title))", {
    altered: expressionWith(100),
  }),
  define("a statistics target of zero", expressionWith(0), "(id, lower(title))", {
    altered: expressionWith(10_000),
  }),
  define("a statistics target, added", expressionWith(), "(id, lower(title))", {
    altered: expressionWith(42),
  }),
  define("a comment", { columns: ["id"], comment: "Owned by team A" }, "(id)", {
    altered: { columns: ["id"], comment: 'it\'s `B`; -- "quoted"\nsecond line 😀' },
  }),
  define("a comment, added", { columns: ["id"] }, "(id)", {
    altered: { columns: ["id"], comment: "new" },
  }),
  define("a comment, emptied", { columns: ["id"], comment: "old" }, "(id)", {
    altered: { columns: ["id"], comment: "" },
  }),
  define(
    "comment, statistics and parameters at once",
    { ...expression("lower(title)", { statistics: 10 }), comment: "a" },
    "(lower(title))",
    {
      altered: {
        ...expression("lower(title)", { statistics: 20 }),
        comment: "b",
        storageParameters: { fillfactor: 50 },
      },
    },
  ),
];
