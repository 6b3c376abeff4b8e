import { expect, test } from "vitest";
import { onlyRow } from "../../../providers/pgindex/src/engine/session/query.ts";

test("the row of an answer that always has one; an answer without is no answer of the server's", () => {
  expect(onlyRow([{ a: 1 }])).toEqual({ a: 1 });
  expect(() => onlyRow([])).toThrow("returned no row");
});
