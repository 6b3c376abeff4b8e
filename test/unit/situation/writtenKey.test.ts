// A text in `columns` is read as PostgreSQL would read it in CREATE INDEX.
import { beforeAll, describe, expect, test } from "vitest";
import { loadParser } from "../../../providers/pgindex/src/engine/input/expression.ts";
import { notAColumnCause } from "../../../providers/pgindex/src/engine/situation/near/nameMessages.ts";
import {
  readWrittenKey,
  renderWrittenKey,
} from "../../../providers/pgindex/src/engine/situation/near/writtenKey.ts";

beforeAll(loadParser);

describe("what was written", () => {
  test.each<[text: string, key: string | undefined]>([
    ["a", '"a"'],
    ["t.a", '"a"'],
    ["a DESC NULLS LAST", '{ column: "a", order: "desc", nulls: "last" }'],
    ["lower(a)", '{ expression: "lower(a)" }'],
    ["lower(a) DESC", '{ expression: "lower(a)", order: "desc" }'],
    ["a || b", '{ expression: "a || b" }'],
    ['lower(a) COLLATE "C"', '{ expression: "lower(a)", collation: "C" }'],
    [
      'lower(a) COLLATE "C" text_pattern_ops ASC NULLS FIRST',
      '{ expression: "lower(a)", collation: "C", operatorClass: "text_pattern_ops", order: "asc", ' +
        'nulls: "first" }',
    ],
    ["a, b", undefined],
    ["a); DROP TABLE t; CREATE INDEX ON t (a", undefined],
    ["a); CREATE INDEX ON t (b", undefined],
    ["", undefined],
    ["lower(", undefined],
  ])("%j", (text, rendered) => {
    const key = readWrittenKey(text);
    expect(key && renderWrittenKey(key)).toBe(rendered);
  });
});

test.each<[key: Record<string, string>, isIncluded: boolean, fix: string]>([
  [{ column: "a" }, true, 'write "a"'],
  [{ expression: "lower(a)" }, true, 'move it to columns: { expression: "lower(a)" }'],
  [{ expression: "lower(a)" }, false, 'write { expression: "lower(a)" }'],
])("is told how it is written here: %j, in include: %s", (key, isIncluded, fix) => {
  expect(notAColumnCause("x", key, isIncluded).fix).toBe(fix);
});
