import { describe, expect, test } from "vitest";
import { dropFailedAdvice } from "../../../providers/pgindex/src/engine/drop/dropMessages.ts";

const REFUSED = Object.assign(new Error("no drops on Fridays"), { code: "P0001" });
const LOST = new Error("Connection terminated unexpectedly");

describe("a drop that failed says what the server said, what stands, and what to do", () => {
  test.each<[title: string, error: Error, halfDropped: boolean, why: RegExp, or: RegExp]>([
    ["before it began", REFUSED, false, /^SQLSTATE P0001; the index is unchanged$/, /^$/],
    [
      "in its midst",
      REFUSED,
      true,
      /^SQLSTATE P0001; it is half dropped: queries have lost the index/,
      /REINDEX INDEX CONCURRENTLY, which restores it/,
    ],
    ["by the network", LOST, false, /^SQLSTATE none; the index is unchanged$/, /^$/],
  ])("%s", (_title, error, halfDropped, why, or) => {
    const advice = dropFailedAdvice("app.t_idx", error, halfDropped);
    expect(advice.what).toBe(`the drop of index app.t_idx did not finish: ${error.message}`);
    expect(advice.why).toMatch(why);
    expect(advice.fix).toMatch(/run the same command again/);
    expect(advice.otherwise ?? "").toMatch(or);
  });
});

test("what depends on the index is named, and running it again is not advised", () => {
  const error = Object.assign(new Error("cannot drop index t_idx"), {
    code: "2BP01",
    detail: "constraint fk on table orders depends on index t_idx",
    hint: "Use DROP ... CASCADE to drop the dependent objects too.",
  });
  const { what, why, fix } = dropFailedAdvice("app.t_idx", error, false);
  expect(what).toContain("constraint fk on table orders depends on index t_idx");
  expect(why).toBe("SQLSTATE 2BP01; the index is unchanged");
  expect(fix).toMatch(/^drop first what the message names/);
});
