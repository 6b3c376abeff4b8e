import { describe, expect, test } from "vitest";
import {
  destroyText,
  dropFailedAdvice,
  halfDroppedAdvice,
  partsText,
} from "../../../providers/pgindex/src/engine/drop/dropMessages.ts";
import { keptText } from "../../../providers/pgindex/src/engine/drop/keepMessages.ts";
import { NO_USAGE } from "../../../providers/pgindex/src/engine/verify/usage.ts";
import { liveIndex } from "../../support/engine/engine.ts";

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

describe("what goes with a destroy, and who built it", () => {
  const mark = { label: "app/prod, i", stack: "s", urn: "u", id: "1", database: "d" };
  const OURS = "built by the stack";
  const FOUND = "it stood before the stack declared it";
  test.each<[title: string, live: Parameters<typeof liveIndex>[0], state: object, who: string]>([
    ["its mark says", { mark: { ...mark, origin: "adopted" } }, { origin: "built" }, FOUND],
    ["the state says", {}, { origin: "adopted" }, FOUND],
    ["a state of 0.1 says", {}, { adopted: true }, FOUND],
    ["a state of 0.1 says, of what it built", {}, { adopted: false }, OURS],
    [
      "with its constraint",
      { constraint: "m_key" },
      { origin: "built" },
      `${OURS}, with the constraint m_key`,
    ],
  ])("%s", (_, more, state, who) => {
    const live = liveIndex(more);
    const since = "2026-11-22T10:00:00Z";
    const usage = { ...NO_USAGE, scans: 1234, countersSince: since };
    expect(destroyText(live, usage, state)).toBe(
      `8 kB, 1,234 scans since ${since}; ${who}; ${live.definition}`,
    );
    expect(destroyText(live, { ...usage, countersSince: null }, state)).toContain(
      "1,234 scans since the counters began; ",
    );
    expect(destroyText(live, undefined, state)).toContain("0 scans since the counters began; ");
  });

  test("leftovers are named", () => {
    expect(partsText([])).toBe("");
    expect(partsText([liveIndex({ name: "a" }), liveIndex({ name: "b" })])).toBe(
      "; and its leftovers public.a, public.b",
    );
  });
});

test.each([
  [{ kind: "passedOn", to: "app/prod, other" }, /: it is now declared as app\/prod, other$/],
  [{ kind: "stranger" }, /somebody has built it anew; if nobody needs it: DROP INDEX CONCURRENTLY/],
  [{ kind: "notBuiltHere" }, /: it stood before this stack declared it; dropOnDestroy: true, /],
  [{ kind: "declaredKept" }, /: dropOnDestroy is false; by hand: DROP INDEX CONCURRENTLY "public"/],
] as const)("what is kept is told with its size and its reason: %j", (why, text) => {
  expect(keptText(liveIndex(), why)).toMatch(/^kept index public\.m_state_idx \(8 kB\): /);
  expect(keptText(liveIndex(), why)).toMatch(text);
});

test.each([
  ["its own way round", "wait", "wait"],
  ["none", undefined, "run the same command again: it finishes the drop"],
])("that a drop had begun is added to advice with %s", (_, otherwise, expected) => {
  const advice = { what: "w", why: "the network is gone", fix: "f", otherwise };
  const said = halfDroppedAdvice(advice);
  expect(said.otherwise).toBe(expected);
  expect(said.why).toMatch(/^the network is gone; the drop had begun, and cannot be undone: /);
});
