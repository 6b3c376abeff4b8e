import type { Args } from "../support/engine/engine.ts";

const key = (expression: string): Args => ({ columns: [{ expression }] });

/** What of an advice is looked at: why and fix, with the way round. */
export type AdviceCase = readonly [title: string, args: Args, why: RegExp, fix: RegExp];

/** Each differs from `{ table: "t", name: "t_idx", columns: ["id"] }`. */
export const NAMES: readonly AdviceCase[] = [
  [
    "a table",
    { table: "mesages" },
    /exactly as in the catalog/,
    /table: did you mean "messages"\?/,
  ],
  ["a table in another case", { table: "messages2" }, /./, /did you mean "messages"\?/],
  ["a table by its SQL name", { table: "public.t" }, /name alone/, /schema: "public", table: "t"/],
  [
    "a quoted table of another schema",
    { table: '"app"."Orders"' },
    /name alone/,
    /write schema: "app", table: "Orders"/,
  ],
  ["a quoted table", { table: '"messages"' }, /name alone/, /table: "messages"/],
  ["a table of another schema", { table: "Orders" }, /there is app\.Orders/, /schema: "app"/],
  ["a schema", { schema: "publik" }, /./, /schema: did you mean "public"\?/],
  ["a schema and table", { schema: "ap", table: "Orders" }, /./, /schema: did you mean "app"\?/],
  ["a table that is like no other", { table: "zzz" }, /no relation/, /arguments table and schema/],
  [
    "a column",
    { columns: ["titel"] },
    /no column "titel"; it has id, title/,
    /did you mean "title"\?.*upper case matters/,
  ],
  ["a column in another case", { columns: ["Title"] }, /./, /did you mean "title"\?/],
  ["a column of include", { include: ["titel"] }, /./, /did you mean "title"\?/],
  ["a column of an expression", key("lower(titel)"), /./, /did you mean "title"\?/],
  ["a column of the predicate", { predicate: "titel = 'x'" }, /./, /did you mean "title"\?/],
  [
    "a column that is like no other",
    { columns: ["zzz"] },
    /it has id, title, data, created_at/,
    /check the column's spelling/,
  ],
  [
    "an expression in columns",
    { columns: ["lower(title)"] },
    /a text in columns is the name of a column/,
    /write \{ expression: "lower\(title\)" \}/,
  ],
  [
    "another expression in columns",
    { columns: ["title || data::text"] },
    /a text in columns/,
    /write \{ expression: "title \|\| data::text" \}/,
  ],
  [
    "an expression with its order",
    { columns: ["lower(title) DESC NULLS LAST"] },
    /./,
    /write \{ expression: "lower\(title\)", order: "desc", nulls: "last" \}/,
  ],
  [
    "a column with its order",
    { columns: ["created_at DESC"] },
    /./,
    /write \{ column: "created_at", order: "desc" \}/,
  ],
  [
    "a column with its operator class",
    { columns: ["title text_pattern_ops"] },
    /./,
    /write \{ column: "title", operatorClass: "text_pattern_ops" \}/,
  ],
  ["a column with its table", { columns: ["t.title"] }, /./, /did you mean "title"\?/],
  ["a quoted column", { columns: ['"title"'] }, /./, /did you mean "title"\?|write "title"/],
  [
    "an expression in include",
    { include: ["lower(title)"] },
    /includes only columns/,
    /move it to columns: \{ expression: "lower\(title\)" \}/,
  ],
  [
    "an operator class",
    { columns: [{ column: "title", operatorClass: "text_patern_ops" }] },
    /no operatorClass "text_patern_ops"/,
    /did you mean "text_pattern_ops"\?/,
  ],
  [
    "an operator class of another schema",
    { accessMethod: "gin", columns: [{ column: "title", operatorClass: "gin_trgm_ops" }] },
    /it is in schema ext/,
    /write operatorClass: \{ schema: "ext", name: "gin_trgm_ops" \}/,
  ],
  [
    "an operator class of another method",
    { columns: [{ column: "data", operatorClass: "jsonb_path_ops" }] },
    /is an operator class of gin/,
    /write accessMethod: "gin"/,
  ],
  [
    "an operator class of an extension",
    { accessMethod: "gin", columns: [{ column: "data", operatorClass: "gin_hstore_ops" }] },
    /belongs to the extension hstore/,
    /CREATE EXTENSION hstore;/,
  ],
  [
    "an operator class of another type",
    { columns: [{ column: "id", operatorClass: "text_ops" }] },
    /id is of type integer/,
    /write \{ column: "id", operatorClass: "int4_ops" \}/,
  ],
  [
    "a method that has no operator class for the type unless it is named",
    { accessMethod: "gin", columns: ["title"], searchPath: ["public", "ext"] },
    /title is of type text.*HINT: You must specify an operator class/,
    /write \{ column: "title", operatorClass: "gin_trgm_ops" \}/,
  ],
  [
    "the same in a schema that the search_path lacks",
    { accessMethod: "gin", columns: ["title"] },
    /title is of type text/,
    /operatorClass: \{ schema: "ext", name: "gin_trgm_ops" \}/,
  ],
  [
    "the same of an expression",
    { accessMethod: "gin", columns: [{ expression: "lower(title)" }] },
    /lower\(title\) is of type text/,
    /\{ expression: "lower\(title\)", operatorClass/,
  ],
  [
    "a method whose extension is missing",
    { accessMethod: "gist", columns: ["id"] },
    /id is of type integer/,
    /CREATE EXTENSION btree_gist;/,
  ],
  ["json", { columns: ["raw"] }, /raw is of type json/, /index a value of it/],
  [
    "a collation",
    { columns: [{ column: "title", collation: "POSIKS" }] },
    /no collation "POSIKS"/,
    /did you mean "POSIX"\?/,
  ],
  [
    "a collation of another schema",
    { columns: [{ column: "title", collation: "ours" }] },
    /it is in schema ext/,
    /write collation: \{ schema: "ext", name: "ours" \}/,
  ],
  [
    "a collation for a number",
    { columns: [{ column: "id", collation: "C" }] },
    /SQLSTATE 42804/,
    /remove collation/,
  ],
  ["an access method", { accessMethod: "btre" }, /there is brin, btree/, /did you mean "btree"\?/],
  ["an access method in another case", { accessMethod: "GIN" }, /./, /did you mean "gin"\?/],
  [
    "an access method of an extension",
    { accessMethod: "bloom" },
    /belongs to the extension bloom/,
    /CREATE EXTENSION bloom;/,
  ],
  [
    "an access method of an extension that is not installed",
    { accessMethod: "hnsw" },
    /belongs to the extension vector/,
    /install the extension vector on the server, then run: CREATE EXTENSION vector;/,
  ],
  ["diskann", { accessMethod: "diskann" }, /the extension vectorscale/, /EXTENSION vectorscale;/],
  ["bm25", { accessMethod: "bm25" }, /the extension pg_search/, /CREATE EXTENSION pg_search;/],
  [
    "a tablespace",
    { tablespace: "pg_defalt" },
    /no tablespace "pg_defalt"; there is pg_default/,
    /did you mean "pg_default"\?/,
  ],
  [
    "a storage parameter",
    { storageParameters: { fillfaktor: 70 } },
    /has fillfactor, deduplicate_items/,
    /did you mean "fillfactor"\?/,
  ],
  [
    "a storage parameter of another method",
    { storageParameters: { fastupdate: "off" } },
    /fastupdate is a parameter of gin/,
    /remove it/,
  ],
  [
    "a storage parameter's value",
    { storageParameters: { fillfactor: 700 } },
    /SQLSTATE 22023/,
    /check the parameter's value/,
  ],
  ["a function", key("lowwer(title)"), /no function lowwer/, /did you mean "lower"\?/],
  [
    "a function of another schema",
    key("norm(title)"),
    /function norm is in schema ext/,
    /add "ext" to searchPath/,
  ],
  [
    "a function of an extension",
    key("unaccent(title)"),
    /belongs to the extension unaccent/,
    /CREATE EXTENSION unaccent;/,
  ],
  [
    "a function of other types",
    key("left(title, title)"),
    /there is left\(text, integer\)/,
    /cast the arguments/,
  ],
  [
    "a type of another schema",
    key("title::mood"),
    /type mood is in schema ext/,
    /add "ext" to searchPath/,
  ],
  [
    "an operator of another schema",
    { predicate: "title %> 'x'" },
    /operator %> is in schema ext/,
    /add "ext" to searchPath/,
  ],
  [
    "a method that cannot be unique",
    { accessMethod: "hash", unique: true },
    /SQLSTATE 0A000/,
    /leave out unique.*btree can do it, hash cannot/,
  ],
  [
    "a method that keeps no order",
    { accessMethod: "hash", columns: [{ column: "id", order: "desc" }] },
    /SQLSTATE 0A000/,
    /leave out order and nulls/,
  ],
  [
    "a method of one column",
    { accessMethod: "hash", columns: ["id", "title"] },
    /SQLSTATE 0A000/,
    /leave out all columns but one/,
  ],
];

/** Expressions whose result changes: which function it is, and what to write. */
export const CHANGING: readonly AdviceCase[] = [
  [
    "date_trunc",
    key("date_trunc('day', created_at)"),
    /date_trunc reads created_at in the session's time zone/,
    /date_trunc\('day', created_at AT TIME ZONE 'UTC'\)/,
  ],
  [
    "a cast to date",
    key("created_at::date"),
    /date reads created_at in the session's time zone/,
    /\(created_at AT TIME ZONE 'UTC'\)::date/,
  ],
  ["extract", key("extract(hour from created_at)"), /extract|date_part/, /AT TIME ZONE 'UTC'/],
  ["now()", { predicate: "created_at > now()" }, /now\(\) is another time/, /put a fixed time/],
  [
    "CURRENT_DATE",
    { predicate: "created_on > CURRENT_DATE" },
    /CURRENT_DATE and its kin/,
    /put a fixed time/,
  ],
  ["concat", key("concat(title, id)"), /concat prints values of any type/, /join texts with \|\|/],
  ["to_tsvector", key("to_tsvector(title)"), /without a configuration/, /to_tsvector\('english'/],
  ["to_char", key("to_char(created_on, 'YYYY')"), /to_char follows/, /extract/],
  ["random()", { predicate: "random() < 0.5" }, /gives another value/, /keep its value/],
  ["an enum as text", key("state::text"), /a cast by way of text/, /index the column itself/],
  [
    "a function of one's own",
    { ...key("stamp(title)"), searchPath: ["ext"] },
    /ext\.stamp\(text\) is marked STABLE/,
    /ALTER FUNCTION ext\.stamp\(text\) IMMUTABLE;/,
  ],
  [
    "an operator's function",
    { ...key("title === 'x'"), searchPath: ["ext"] },
    /ext\.same\(text, text\) is marked VOLATILE/,
    /ALTER FUNCTION ext\.same\(text, text\) IMMUTABLE;/,
  ],
];

/** Times that PostgreSQL reads once: the declaration would be another one in each run. */
export const MOMENTS: readonly AdviceCase[] = [
  [
    "'now'",
    { predicate: "created_at > 'now'" },
    /'now' by the time at which it/,
    /put a fixed time/,
  ],
  [
    "a time of today, with a cast",
    { predicate: "created_on > timestamp 'Today 12:00'" },
    /'Today 12:00' by the time/,
    /put a fixed time/,
  ],
  [
    "'yesterday' in a key",
    key("created_on - 'yesterday'::timestamp"),
    /'yesterday' by the time/,
    /put a fixed time/,
  ],
];
