import { expect, test } from "vitest";
import { keepStructure } from "../../../providers/pgindex/src/import/sql/structureCasts.ts";

/** What PostgreSQL prints, and how it has to be written to be read as the same. */
const PRINTED: readonly (readonly [string, string])[] = [
  ["((a AND b) AND c)", "((a AND b)::boolean AND c)"],
  ["((a OR b) OR c)", "((a OR b)::boolean OR c)"],
  ["(((a AND b) AND c) AND d)", "(((a AND b)::boolean AND c)::boolean AND d)"],
  ["((a OR b) AND c)", "((a OR b) AND c)"],
  ["(a AND (b AND c))", "(a AND (b AND c))"],
  ["(f((a AND b)) AND c)", "(f((a AND b)) AND c)"],
  ["((f(a AND b)) AND c)", "((f(a AND b)) AND c)"],
  ["(('x AND y'::text = z) AND c)", "(('x AND y'::text = z) AND c)"],
  [
    "(a = ANY ((ARRAY['é'::varchar])::text[]))",
    "(a = ANY ((ARRAY['é'::varchar]::anyarray)::text[]))",
  ],
  ["a = ANY (ARRAY[x, y]::text[])", "a = ANY (ARRAY[x, y]::anyarray::text[])"],
  ["(a = ANY (ARRAY[x, y]))", "(a = ANY (ARRAY[x, y]))"],
  ["(a = (ARRAY[]::text[]))", "(a = (ARRAY[]::text[]))"],
  ["(a[1]::text = b)", "(a[1]::text = b)"],
];

test.each(PRINTED)("%s", (printed, expected) => {
  const statement = (predicate: string) => `CREATE INDEX i ON t USING btree (a) WHERE ${predicate}`;
  expect(keepStructure(statement(printed))).toBe(statement(expected));
});
