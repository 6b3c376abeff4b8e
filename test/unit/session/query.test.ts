import { expect, test } from "vitest";
import { onlyRow } from "../../../providers/pgindex/src/engine/session/query.ts";

test("the row of an answer that always has one; without it, it is no answer", () => {
  expect(onlyRow([{ a: 1 }])).toEqual({ a: 1 });
  expect(() => onlyRow([])).toThrow("returned no row");
});
