import type { Args } from "../support/engine/engine.ts";
import { type DefinitionCase, index } from "./definitionSchema.ts";
import { EXPRESSIONS } from "./expressionCases.ts";

const column = (column: string, more: Args = {}) => ({ columns: [{ column, ...more }] });

/**
 * Each is built by the engine from `args` and by hand from `sql`: PostgreSQL must print the same
 * definition.
 */
export const DEFINITIONS: readonly DefinitionCase[] = [
  index("one column", { columns: ["id"] }, "(id)"),
  index("two columns", { columns: ["title", "id"] }, "(title, id)"),
  index("descending", column("id", { order: "desc" }), "(id DESC)"),
  index(
    "descending, nulls last",
    column("id", { order: "desc", nulls: "last" }),
    "(id DESC NULLS LAST)",
  ),
  index("ascending, nulls first", column("id", { nulls: "first" }), "(id NULLS FIRST)"),
  index(
    "mixed order",
    { columns: ["slug", { column: "created_at", order: "desc" }] },
    "(slug, created_at DESC)",
  ),
  index(
    "included columns",
    { columns: ["id"], include: ["title", "order"] },
    '(id) INCLUDE (title, "order")',
  ),
  index(
    "fillfactor",
    { columns: ["id"], storageParameters: { fillfactor: 70 } },
    "(id) WITH (fillfactor = 70)",
  ),
  index(
    "two storage parameters",
    { columns: ["id"], storageParameters: { deduplicate_items: false, fillfactor: "80" } },
    "(id) WITH (deduplicate_items = false, fillfactor = 80)",
  ),
  index(
    "the default tablespace",
    { columns: ["id"], tablespace: "pg_default" },
    "(id) TABLESPACE pg_default",
  ),
  index("a collation", column("title", { collation: "C" }), '(title COLLATE "C")'),
  index(
    "an operator class",
    column("title", { operatorClass: "text_pattern_ops" }),
    "(title text_pattern_ops)",
  ),
  index(
    "a varchar's operator class",
    column("slug", { operatorClass: "varchar_pattern_ops" }),
    "(slug varchar_pattern_ops)",
  ),
  index("a domain", { columns: ["email"] }, "(email)"),
  index("an enum", { columns: ["feeling"] }, "(feeling)"),
  index("a generated column", { columns: ["length"] }, "(length)"),
  index("a reserved word", { columns: ["order"] }, '("order")'),
  index("an odd column name", { columns: ['Odd "col; --'] }, '("Odd ""col; --")'),
  index("hash", { columns: ["slug"], accessMethod: "hash" }, "USING hash (slug)"),
  index("gin on an array", { columns: ["tags"], accessMethod: "gin" }, "USING gin (tags)"),
  index(
    "gin with an operator class and a parameter",
    {
      ...column("data", { operatorClass: "jsonb_path_ops" }),
      accessMethod: "gin",
      storageParameters: { fastupdate: false },
    },
    "USING gin (data jsonb_path_ops) WITH (fastupdate = false)",
  ),
  index(
    "gin with an operator class of an extension",
    {
      ...column("title", { operatorClass: { schema: "ext", name: "gin_trgm_ops" } }),
      accessMethod: "gin",
    },
    "USING gin (title ext.gin_trgm_ops)",
  ),
  index(
    "gist with parameters of an operator class",
    {
      ...column("title", {
        operatorClass: { schema: "ext", name: "gist_trgm_ops" },
        operatorClassParameters: { siglen: 64 },
      }),
      accessMethod: "gist",
    },
    "USING gist (title ext.gist_trgm_ops (siglen = 64))",
    130000,
  ),
  index("gist on a range", { columns: ["during"], accessMethod: "gist" }, "USING gist (during)"),
  index(
    "gist on inet",
    { ...column("addr", { operatorClass: "inet_ops" }), accessMethod: "gist" },
    "USING gist (addr inet_ops)",
  ),
  index("spgist", { columns: ["place"], accessMethod: "spgist" }, "USING spgist (place)"),
  index(
    "brin",
    {
      columns: ["created_at"],
      accessMethod: "brin",
      storageParameters: { pages_per_range: 16, autosummarize: true },
    },
    "USING brin (created_at) WITH (pages_per_range = 16, autosummarize = true)",
  ),
  index(
    "brin with parameters of an operator class",
    {
      ...column("day", {
        operatorClass: "date_minmax_multi_ops",
        operatorClassParameters: { values_per_range: 16 },
      }),
      accessMethod: "brin",
    },
    "USING brin (day date_minmax_multi_ops (values_per_range = 16))",
    140000,
  ),
  ...EXPRESSIONS,
  {
    title: "unique",
    args: { columns: ["id"], unique: true },
    sql: "UNIQUE INDEX docs_idx ON twin.docs (id)",
  },
  {
    title: "unique, partial, with included columns",
    args: { columns: ["slug"], unique: true, include: ["id"], predicate: "title IS NOT NULL" },
    sql: "UNIQUE INDEX docs_idx ON twin.docs (slug) INCLUDE (id) WHERE title IS NOT NULL",
  },
  {
    title: "unique with nulls not distinct",
    args: { columns: ["id"], unique: true, nullsNotDistinct: true },
    sql: "UNIQUE INDEX docs_idx ON twin.docs (id) NULLS NOT DISTINCT",
    since: 150000,
  },
  {
    title: "names that need quoting",
    args: { table: "Weird; DROP TABLE", name: 'Ïdx "1"; --', columns: ["select"] },
    sql: 'INDEX "Ïdx ""1""; --" ON twin."Weird; DROP TABLE" ("select")',
  },
  {
    title: "a name of 63 bytes",
    args: { name: `docs_${"x".repeat(58)}`, columns: ["id"] },
    sql: `INDEX docs_${"x".repeat(58)} ON twin.docs (id)`,
  },
  {
    title: "on a materialized view",
    args: { table: "summary", columns: ["title"] },
    sql: "INDEX docs_idx ON twin.summary (title)",
  },
];
