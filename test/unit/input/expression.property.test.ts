import fc from "fast-check";
import { parseSync } from "libpg-query";
import { beforeAll, expect, test, vi } from "vitest";
import {
  checkExpression,
  loadParser,
} from "../../../providers/pgindex/src/engine/input/expression.ts";

beforeAll(loadParser);
vi.setConfig({ testTimeout: 300_000 });

/** What an attacker, or an unlucky generator, would try to put together. */
const PIECES = [
  ..."()[]{};,.*'\"\\$-/+=<>:?!@ \n\0",
  "--",
  "/*",
  "*/",
  "$$",
  "$a$",
  "$1",
  "''",
  "E'",
  "U&'",
  "::",
  "a",
  "b",
  "é",
  "😀",
  "1",
  "lower",
  "text_ops",
  "desc",
  "nulls first",
  "where",
  "include",
  "with",
  "tablespace",
  "select",
  "from",
  "drop table t",
  "collate",
  "and",
  "not",
  "null",
  "is",
  "in",
  "as",
  "row",
  "array",
  "case when a then b end",
  "'text'",
  '"name"',
  ") where (",
  "), (",
  "); drop table t; --",
];

const fragment = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: "binary", maxLength: 3 })), {
    minLength: 1,
    maxLength: 9,
  })
  .chain((pieces) => fc.constantFrom(pieces.join(""), pieces.join(" ")));

interface Tree {
  readonly stmts?: readonly { readonly stmt: Record<string, unknown> }[];
}

/** The one IndexStmt of a text, without the positions that differ with every text. */
function parseIndex(sql: string): Record<string, unknown> {
  const { stmts } = parseSync(sql) as Tree;
  expect(stmts).toHaveLength(1);
  const [name, ...others] = Object.keys(stmts?.[0]?.stmt ?? {});
  expect([name, others]).toEqual(["IndexStmt", []]);
  return stmts?.[0]?.stmt.IndexStmt as Record<string, unknown>;
}

/** As statement.ts puts a fragment to use: as a key, and as the predicate. */
function assertContained(text: string): void {
  const key = parseIndex(`CREATE INDEX i ON t USING btree ((${text}))`);
  expect(key.whereClause).toBeUndefined();
  const params = key.indexParams as { IndexElem: Record<string, unknown> }[];
  expect(params).toHaveLength(1);
  expect(Object.keys(params[0]?.IndexElem ?? {}).sort()).toEqual([
    "expr",
    "nulls_ordering",
    "ordering",
  ]);
  expect(params[0]?.IndexElem).toMatchObject({
    nulls_ordering: "SORTBY_NULLS_DEFAULT",
    ordering: "SORTBY_DEFAULT",
  });

  const partial = parseIndex(`CREATE INDEX i ON t USING btree ("k") WHERE (${text})`);
  expect(Object.keys(partial).sort()).toEqual(
    ["accessMethod", "idxname", "indexParams", "relation", "whereClause"].sort(),
  );
}

test("an accepted fragment is one expression inside CREATE INDEX, whatever it is made of", () => {
  let accepted = 0;
  fc.assert(
    fc.property(fragment, (text) => {
      if (checkExpression(text) !== undefined) return;
      accepted += 1;
      assertContained(text);
    }),
    { numRuns: 3_000, seed: 20261122 },
  );
  // Or else the property would hold of nothing.
  expect(accepted).toBeGreaterThan(100);
});

test("an expression that is put into another one stays what it was", () => {
  const { expression } = fc.letrec<{ expression: string }>((tie) => ({
    expression: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom("a", "'(;'", "$$)$$", "1", '"odd )"', "null", "E'\\')'"),
      fc.tuple(tie("expression"), tie("expression")).map(([x, y]) => `(${x}) || (${y})`),
      tie("expression").map((x) => `lower(${x})`),
      tie("expression").map((x) => `CASE WHEN ${x} IS NULL THEN ${x} END`),
    ),
  }));
  fc.assert(
    fc.property(expression, (text) => {
      expect(checkExpression(text)).toBeUndefined();
      assertContained(text);
    }),
    { numRuns: 500, seed: 20261122 },
  );
});
