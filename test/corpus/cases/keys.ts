import { column, type Definition, define, expression } from "../definition.ts";

const unique = { unique: true };

/** Key columns of a B-tree, and what hangs on them. */
export const KEYS: readonly Definition[] = [
  define("one column", { columns: ["title"] }, "(title)", {
    respelled: [
      column("title"),
      column("title", { order: "asc", nulls: "last" }),
      { columns: ["title"], accessMethod: "btree", tablespace: "pg_default" },
      column("title", { operatorClass: "text_ops" }),
      column("title", { collation: "default" }),
      column("title", { operatorClass: { schema: "pg_catalog", name: "text_ops" } }),
      expression("title"),
      { ...expression("docs.title"), searchPath: [] },
    ],
    changed: { columns: ["body"] },
  }),
  define("two columns", { columns: ["title", "id"] }, "(title, id)", {
    changed: { columns: ["id", "title"] },
  }),
  define(
    "twelve columns",
    {
      columns: [
        ..."id parent_id big small title slug price ratio active day length order".split(" "),
      ],
    },
    '(id, parent_id, big, small, title, slug, price, ratio, active, day, length, "order")',
  ),
  define("the same column twice", { columns: ["id", "id"] }, "(id, id)", {
    changed: { columns: ["id"] },
  }),
  define("descending", column("id", { order: "desc" }), "(id DESC)", {
    respelled: [column("id", { order: "desc", nulls: "first" })],
    changed: column("id"),
  }),
  define(
    "descending, nulls last",
    column("id", { order: "desc", nulls: "last" }),
    "(id DESC NULLS LAST)",
    { changed: column("id", { order: "desc" }) },
  ),
  define("ascending, nulls first", column("id", { nulls: "first" }), "(id NULLS FIRST)", {
    respelled: [column("id", { order: "asc", nulls: "first" })],
    changed: column("id", { nulls: "last" }),
  }),
  define(
    "mixed order",
    {
      columns: ["slug", { column: "created_at", order: "desc" }, { column: "id", nulls: "first" }],
    },
    "(slug, created_at DESC, id NULLS FIRST)",
    { changed: { columns: ["slug", { column: "created_at", order: "desc" }, "id"] } },
  ),
  define("collation C", column("title", { collation: "C" }), '(title COLLATE "C")', {
    respelled: [column("title", { collation: { schema: "pg_catalog", name: "C" } })],
    changed: column("title", { collation: "POSIX" }),
  }),
  define(
    "a collation of the schema's own",
    column("title", { collation: "german" }),
    "(title COLLATE german)",
    {
      respelled: [column("title", { collation: { schema: "app", name: "german" } })],
      changed: column("title"),
    },
  ),
  define(
    "an ICU collation with dashes",
    column("title", { collation: "de-x-icu", order: "desc" }),
    '(title COLLATE "de-x-icu" DESC)',
    { changed: column("title", { collation: "fr-x-icu", order: "desc" }) },
  ),
  define(
    "an operator class",
    column("title", { operatorClass: "text_pattern_ops" }),
    "(title text_pattern_ops)",
    { changed: column("title", { operatorClass: "text_ops" }) },
  ),
  define(
    "a varchar's operator class",
    column("slug", { operatorClass: "varchar_pattern_ops" }),
    "(slug varchar_pattern_ops)",
    { changed: column("slug", { operatorClass: "text_ops" }) },
  ),
  define(
    "a char's operator class, collation and order",
    column("code", { collation: "C", operatorClass: "bpchar_pattern_ops", order: "desc" }),
    '(code COLLATE "C" bpchar_pattern_ops DESC)',
  ),
  define(
    "two operator classes on one column",
    { columns: ["title", { column: "title", operatorClass: "text_pattern_ops" }] },
    "(title, title text_pattern_ops)",
    { changed: { columns: [{ column: "title", operatorClass: "text_pattern_ops" }, "title"] } },
  ),
  define("unique", { columns: ["id"], ...unique }, "(id)", { changed: { columns: ["id"] } }),
  define("unique on two columns", { columns: ["id", "slug"], ...unique }, "(id, slug)", {
    respelled: [{ columns: ["id", { expression: "slug" }], ...unique }],
    changed: { columns: ["slug", "id"], ...unique },
  }),
  define(
    "unique, partial, with included columns",
    { columns: ["slug"], ...unique, include: ["id"], predicate: "title IS NOT NULL" },
    "(slug) INCLUDE (id) WHERE title IS NOT NULL",
  ),
  define(
    "unique on an expression",
    { ...expression("lower(slug)"), ...unique },
    "(lower(slug::text))",
    { respelled: [{ ...expression("lower((slug)::text)"), ...unique }] },
  ),
  define(
    "nulls not distinct",
    { columns: ["slug"], ...unique, nullsNotDistinct: true },
    "(slug) NULLS NOT DISTINCT",
    {
      since: 15,
      refusal: /nullsNotDistinct needs PostgreSQL 15/,
      changed: { columns: ["slug"], ...unique },
    },
  ),
  define(
    "nulls not distinct, partial, with everything",
    {
      ...unique,
      columns: [{ expression: "lower(title)", collation: "C" }, "id"],
      include: ["slug"],
      nullsNotDistinct: true,
      storageParameters: { fillfactor: 80 },
      predicate: "active",
    },
    '(lower(title) COLLATE "C", id) INCLUDE (slug) NULLS NOT DISTINCT WITH (fillfactor = 80) ' +
      "WHERE active",
    { since: 15, refusal: /nullsNotDistinct needs PostgreSQL 15/ },
  ),
  define(
    "included columns",
    { columns: ["id"], include: ["title", "order"] },
    '(id) INCLUDE (title, "order")',
    { changed: { columns: ["id"], include: ["order", "title"] } },
  ),
  define("a key that is included too", { columns: ["id"], include: ["id"] }, "(id) INCLUDE (id)", {
    changed: { columns: ["id"] },
  }),
  define(
    "an included column without a B-tree order",
    { columns: ["id"], include: ["place", "data"] },
    "(id) INCLUDE (place, data)",
  ),
];
