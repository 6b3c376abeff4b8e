import type { Args } from "../support/engine/engine.ts";
import { type DefinitionCase, index } from "./definitionSchema.ts";

const expression = (expression: string, more: Args = {}) => ({
  columns: [{ expression, ...more }],
});
const partial = (predicate: string) => ({ columns: ["id"], predicate });

/** Expressions and predicates, which come back from PostgreSQL in other words. */
export const EXPRESSIONS: readonly DefinitionCase[] = [
  index("an expression", expression("lower(title)"), "(lower(title))"),
  index(
    "an expression with collation, operator class and order",
    expression("lower(title)", {
      collation: "C",
      operatorClass: "text_pattern_ops",
      order: "desc",
      nulls: "last",
    }),
    '((lower(title)) COLLATE "C" text_pattern_ops DESC NULLS LAST)',
  ),
  index(
    "a column and an expression",
    { columns: ["id", { expression: "data ->> 'kind'" }] },
    "(id, (data ->> 'kind'))",
  ),
  index("a function of the table's own schema", expression("norm(title)"), "(app.norm(title))"),
  index(
    "a function found by searchPath",
    { ...expression("similarity(title, 'x')"), searchPath: ["ext"] },
    "(ext.similarity(title, 'x'))",
  ),
  index(
    "CASE",
    expression("CASE WHEN price > 100 THEN 'dear' ELSE 'cheap' END"),
    "((CASE WHEN price > 100 THEN 'dear' ELSE 'cheap' END))",
  ),
  index(
    "a day in a time zone",
    expression("(created_at AT TIME ZONE 'UTC')::date"),
    "(((created_at AT TIME ZONE 'UTC')::date))",
  ),
  index(
    "text with brackets and semicolons",
    expression("title || ') ; (--'"),
    "((title || ') ; (--'))",
  ),
  index(
    "dollar quotes and escapes",
    expression("$a$($a$ || title || E'\\')'"),
    "((($a$($a$ || title || E'\\')')))",
  ),
  index(
    "a predicate on varchar with IN",
    partial("slug IN ('a', 'b')"),
    "(id) WHERE slug IN ('a', 'b')",
  ),
  index("a predicate on an enum", partial("feeling = 'happy'"), "(id) WHERE feeling = 'happy'"),
  index(
    "a predicate with BETWEEN",
    partial("price BETWEEN 1 AND 2.5"),
    "(id) WHERE price BETWEEN 1 AND 2.5",
  ),
  index(
    "a predicate with OR",
    partial("price > 1 OR title IS NULL"),
    "(id) WHERE price > 1 OR title IS NULL",
  ),
  index(
    "a predicate on time",
    partial("created_at > '2026-01-01'"),
    "(id) WHERE created_at > '2026-01-01'",
  ),
  index(
    "a predicate that names the table",
    partial("docs.title IS NOT NULL"),
    "(id) WHERE docs.title IS NOT NULL",
  ),
];
