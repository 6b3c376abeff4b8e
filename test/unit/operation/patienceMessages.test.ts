import { describe, expect, test } from "vitest";
import { cleanUpContext } from "../../../providers/pgindex/src/engine/build/leftoverCleanup.ts";
import type { OtherSession } from "../../../providers/pgindex/src/engine/catalog/sessions/otherSessions.ts";
import {
  OutOfPatience,
  Patience,
  type PatienceLimit,
} from "../../../providers/pgindex/src/engine/operation/patience.ts";
import {
  outOfPatienceAdvice,
  stallReport,
} from "../../../providers/pgindex/src/engine/operation/patienceMessages.ts";
import { record } from "../../support/engine/engine.ts";
import { SESSION } from "../../support/engine/otherSession.ts";

const LIMIT_MS = 4 * 60 * 60 * 1000;

function advice(option: PatienceLimit, ...others: OtherSession[]) {
  return outOfPatienceAdvice(
    "index i",
    new OutOfPatience(option, LIMIT_MS, others),
    "nothing was left",
  );
}

test("a build that took too long: more time, or no limit", () => {
  const { what, why, fix, otherwise } = advice("buildWithin");
  expect(what).toBe("stopped index i: it was not done within 4 h 0 min (buildWithin)");
  expect(why).toBe("in the way at the end: nobody; nothing was left");
  expect(fix).toMatch(/^give it more time with buildWithin/);
  expect(otherwise).toMatch(/^omit buildWithin/);
});

test("others waited behind its locks for too long: a quieter time, or a larger budget", () => {
  const { what, why, fix, otherwise } = advice("stallBudget");
  expect(what).toBe(
    "gave up index i: reads and writes have waited behind its locks for 4 h 0 min in all " +
      "(stallBudget)",
  );
  expect(why).toBe("one short transaction after another was in the way; nothing was left");
  expect(fix).toMatch(/^wait until fewer transactions use the table; then run the same command/);
  expect(otherwise).toContain("pulumi config set pgindex:stallBudget 30s");
});

test.each([
  [
    { tries: 1, totalMs: 0, longestMs: 0, sessions: 0, tookMs: 8.2 },
    "asked 1 time",
    "nobody was seen waiting behind it",
  ],
  [
    { tries: 3, totalMs: 61.4, longestMs: 40.2, sessions: 1, tookMs: 8.2 },
    "asked 3 times",
    "others waited behind it for 61 ms in all (1 session, the longest 40 ms)",
  ],
])("what the locks of an operation have cost others: %o", (stalls, asked, cost) => {
  expect(stallReport(stalls)).toBe(
    `${asked} for a lock that stops reads or writes (9 ms at most): ${cost}`,
  );
});

describe("who was in the way for too long is got out of it", () => {
  const CASES: readonly (readonly [who: string, session: Partial<OtherSession>, way: string])[] = [
    ["a statement", {}, "let it finish, or cancel it: SELECT pg_cancel_backend(7)"],
    // pg_stat_activity hides the state of another role's session.
    [
      "somebody hidden",
      { state: null, isHidden: true },
      "let it finish, or end it: SELECT pg_terminate_backend(7)",
    ],
    [
      "an open transaction",
      { state: "idle in transaction" },
      "end it: SELECT pg_terminate_backend(7)",
    ],
    ["a pooled session", { state: "idle" }, "end it: SELECT pg_terminate_backend(7)"],
    [
      "autovacuum against wraparound",
      { backendType: "autovacuum worker", user: null },
      "let autovacuum (pid 7) finish",
    ],
    [
      "a prepared transaction",
      { pid: 0, gid: "x", state: null },
      "COMMIT PREPARED or ROLLBACK PREPARED what pg_prepared_xacts lists",
    ],
  ];
  test.each(CASES)("%s", (_who, session, way) => {
    const { what, fix } = advice("waitFor", { ...SESSION, ...session });
    expect(what).toBe("gave up index i: others were in the way for 4 h 0 min (waitFor)");
    expect(fix).toBe(`${way}; then run the same command again`);
  });

  test("several", () => {
    const { why, fix } = advice("waitFor", SESSION, { ...SESSION, pid: 8, state: "idle" });
    expect(why).toMatch(
      /^in the way at the end: pid 7 \(app, .*\); pid 8 \(app, .*\); nothing was left$/,
    );
    expect(fix).toMatch(/pg_cancel_backend\(7\); end it: SELECT pg_terminate_backend\(8\); then/);
  });

  test("who has gone at the last moment is not named", () => {
    const { why, fix } = advice("waitFor");
    expect(why).toBe("in the way at the end: nobody; nothing was left");
    expect(fix).toBe("see who is working on the table; then run the same command again");
  });
});

test.each([
  [
    { tries: 1, totalMs: 0, longestMs: 0, sessions: 0, tookMs: 12.2 },
    "asked 1 time for a lock that stops reads or writes (13 ms at most): nobody was seen waiting " +
      "behind it",
  ],
  [
    { tries: 2, totalMs: 30.4, longestMs: 30.4, sessions: 1, tookMs: 40 },
    "asked 2 times for a lock that stops reads or writes (40 ms at most): others waited behind it " +
      "for 30 ms in all (1 session, the longest 30 ms)",
  ],
  [
    { tries: 2, totalMs: 50, longestMs: 30, sessions: 3, tookMs: 40 },
    "asked 2 times for a lock that stops reads or writes (40 ms at most): others waited behind it " +
      "for 50 ms in all (3 sessions, the longest 30 ms)",
  ],
])("short locks are accounted for: %j", (stalls, text) => {
  expect(stallReport(stalls)).toBe(text);
});

test("a pause between two tries is as long as the last one's stall, none before the first", () => {
  const patience = new Patience();
  expect(patience.lastStallMs()).toBe(0);
  patience.stalled({ longestMs: 30, sessions: 2, tookMs: 40 });
  patience.stalled({ longestMs: 20, sessions: 1, tookMs: 50 });
  expect(patience.lastStallMs()).toBe(20);
  expect(patience.stallsInAll()).toEqual({
    tries: 2,
    totalMs: 50,
    longestMs: 30,
    sessions: 3,
    tookMs: 50,
  });
});

test.each<[title: string, other: Partial<OtherSession>, isGivenUp: boolean]>([
  ["for a prepared transaction, which nobody may ever end", { pid: 0 }, true],
  ["for one that is an hour old", { ageSeconds: 3600 }, true],
  ["but for one that has just begun", { ageSeconds: 3 }, false],
  ["but for one whose age nobody can tell", { ageSeconds: null }, false],
])("a clean-up does not wait %s", (_, other, isGivenUp) => {
  const { patience } = cleanUpContext(record().ctx);
  const over = patience?.overWait([{ ...SESSION, ...other }]);
  expect(over !== undefined).toBe(isGivenUp);
});
