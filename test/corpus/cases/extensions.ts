import {
  column,
  type Definition,
  define,
  expression,
  ext,
  using,
  withParameters,
} from "../definition.ts";

const trigram = column("title", { operatorClass: ext("gin_trgm_ops") });

/**
 * Access methods, types and operator classes that extensions bring; all of them stand in schema
 * `ext`.
 */
export const EXTENSIONS: readonly Definition[] = [
  define("pg_trgm, gin", using("gin", trigram), "USING gin (title ext.gin_trgm_ops)", {
    respelled: [
      {
        ...using("gin", column("title", { operatorClass: "gin_trgm_ops" })),
        searchPath: ["app", "ext"],
      },
    ],
  }),
  define(
    "pg_trgm, gin on an expression",
    using("gin", expression("lower(title)", { operatorClass: ext("gin_trgm_ops") })),
    "USING gin (lower(title) ext.gin_trgm_ops)",
  ),
  define(
    "pg_trgm, gist",
    using("gist", column("title", { operatorClass: ext("gist_trgm_ops") })),
    "USING gist (title ext.gist_trgm_ops)",
  ),
  define(
    "pg_trgm, gist with a signature length",
    using("gist", withParameters("title", ext("gist_trgm_ops"), { siglen: 64 })),
    "USING gist (title ext.gist_trgm_ops (siglen = 64))",
    { changed: using("gist", withParameters("title", ext("gist_trgm_ops"), { siglen: 65 })) },
  ),
  define(
    "bloom",
    { ...using("bloom", { columns: ["id", "title"] }), searchPath: ["ext"] },
    "USING bloom (id, title)",
    {
      changed: {
        ...using("bloom", { columns: ["id", "title"], storageParameters: { length: 96 } }),
        searchPath: ["ext"],
        predicate: "id > 0",
      },
    },
  ),
  define(
    "bloom with its parameters",
    using("bloom", {
      columns: ["id", "parent_id", "title"].map((name) => ({ column: name })),
      storageParameters: { length: 80, col1: 2, col2: 2, col3: 4 },
      predicate: "id > 0",
    }),
    "USING bloom (id, parent_id, title) WITH (length = 80, col1 = 2, col2 = 2, col3 = 4) " +
      "WHERE id > 0",
    {
      changed: using("bloom", { columns: ["id", "title"], storageParameters: { length: 80 } }),
    },
  ),
  define("citext", { columns: ["nick"] }, "(nick)", {
    changed: { columns: [{ expression: "nick::text" }] },
  }),
  define("citext, unique", { columns: ["nick"], unique: true }, "(nick)"),
  define(
    "citext in a predicate",
    { columns: ["id"], predicate: "nick = 'bob'", searchPath: ["app", "ext"] },
    "(id) WHERE nick OPERATOR(ext.=) 'bob'",
    {
      respelled: [
        {
          columns: ["id"],
          predicate: "nick OPERATOR(ext.=) 'bob'::ext.citext",
        },
      ],
      changed: { columns: ["id"], predicate: "nick::text = 'bob'" },
    },
  ),
  define("btree_gin", using("gin", { columns: ["id", "tags"] }), "USING gin (id, tags)"),
  define("btree_gist", using("gist", { columns: ["id", "during"] }), "USING gist (id, during)", {
    changed: using("gist", { columns: ["during", "id"] }),
  }),
  define("hstore, gin", using("gin", column("attrs")), "USING gin (attrs ext.gin_hstore_ops)", {
    respelled: [using("gin", column("attrs", { operatorClass: ext("gin_hstore_ops") }))],
  }),
  define(
    "hstore, gist with a signature length",
    using("gist", withParameters("attrs", ext("gist_hstore_ops"), { siglen: 32 })),
    "USING gist (attrs ext.gist_hstore_ops (siglen = 32))",
  ),
  define(
    "hstore, one of its keys",
    { ...expression("attrs -> 'k'"), searchPath: ["ext"] },
    "((attrs OPERATOR(ext.->) 'k'))",
    { respelled: [expression("attrs OPERATOR(ext.->) 'k'::text")] },
  ),
  define(
    "intarray, gin",
    using("gin", column("nums", { operatorClass: ext("gin__int_ops") })),
    "USING gin (nums ext.gin__int_ops)",
    { changed: using("gin", column("nums")) },
  ),
  define(
    "intarray, gist with its parameters",
    using("gist", withParameters("nums", ext("gist__intbig_ops"), { siglen: 100 })),
    "USING gist (nums ext.gist__intbig_ops (siglen = 100))",
    { changed: using("gist", withParameters("nums", ext("gist__int_ops"), { numranges: 50 })) },
  ),
  define(
    "ltree, gist",
    using("gist", column("path", { operatorClass: ext("gist_ltree_ops") })),
    "USING gist (path ext.gist_ltree_ops)",
    { respelled: [using("gist", column("path"))] },
  ),
  define(
    "cube and seg, gist",
    using("gist", { columns: ["vector", "measure"] }),
    "USING gist (vector, measure)",
  ),
  define(
    "unaccent, by a function of its own",
    expression("ext.plain(title)"),
    "(ext.plain(title))",
    { respelled: [{ ...expression("plain(title)"), searchPath: ["ext"] }] },
  ),
  define(
    "a function found by searchPath",
    { ...expression("similarity(title, 'x')"), searchPath: ["ext"] },
    "(ext.similarity(title, 'x'))",
    { respelled: [expression("ext.similarity(title, 'x'::text)")] },
  ),
];
