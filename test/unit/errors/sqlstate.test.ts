import { describe, expect, test } from "vitest";
import { ChangedError } from "../../../providers/pgindex/src/engine/errors/advice.ts";
import {
  classify,
  harmlessHints,
  harmlessText,
  isCatalogRace,
  isConnectionLoss,
  isNameRace,
  isWithinFunction,
  type Reaction,
  routineOf,
  sqlState,
} from "../../../providers/pgindex/src/engine/errors/sqlstate.ts";

/** As node-postgres throws it. */
function serverError(code: string, more: object = {}): Error {
  return Object.assign(new Error("what the server said"), { code, ...more });
}

const STATES: Record<Reaction, readonly string[]> = {
  // Interrupted: connect again, look again, try again.
  retry: [
    "55P03", // lock_not_available
    "40P01", // deadlock_detected
    "57014", // query_canceled, by somebody else
    "57P01", // admin_shutdown
    "57P02", // crash_shutdown
    "57P03", // cannot_connect_now
    "25P04", // transaction_timeout
    "53300", // too_many_connections
    "08000",
    "08003",
    "08006", // connection exceptions
  ],
  reobserve: ["42P07"],
  final: [
    "23505", // unique_violation of the data
    "22012", // division_by_zero
    "22P02",
    "54000", // index row too big
    "53100", // disk_full
    "53400", // temp_file_limit
    "42501", // insufficient_privilege
    "42703",
    "42704",
    "42883",
    "42P01",
    "42P17", // not immutable
    "42601",
    "0A000",
    "25006", // read-only
    "3F000", // no such schema
    "XX000",
  ],
};

describe("the SQLSTATE decides what comes next", () => {
  const rows = Object.entries(STATES).flatMap(([reaction, codes]) =>
    codes.map((code) => [code, reaction] as const),
  );
  test.each(rows)("%s: %s", (code, reaction) => {
    expect(classify(serverError(code))).toBe(reaction);
  });
});

test("what has changed since it was looked at is looked at again", () => {
  expect(classify(new ChangedError("somebody was faster"))).toBe("reobserve");
});

describe("a lost connection has no SQLSTATE, and is tried again", () => {
  test.each([
    new Error("Connection terminated unexpectedly"),
    new Error("Connection terminated"),
    new Error("no answer for 15 s: the connection counts as lost"),
    new Error("Client has encountered a connection error and is not queryable"),
    new Error("Client was closed and is not queryable"),
    serverError("ECONNRESET"),
    serverError("EPIPE"),
    serverError("ETIMEDOUT"),
    serverError("ECONNREFUSED"),
    serverError("ENETUNREACH"),
    serverError("EHOSTUNREACH"),
    serverError("ECONNABORTED"),
    serverError("ENOTFOUND"),
    serverError("EAI_AGAIN"),
    Object.assign(serverError("ENOENT"), { syscall: "connect" }),
    new Error("timeout expired"),
  ])("%s", (error) => {
    expect(sqlState(error)).toBeUndefined();
    expect(isConnectionLoss(error)).toBe(true);
    expect(classify(error)).toBe("retry");
  });

  test.each([
    new TypeError("x is not a function"),
    serverError("ENOENT"),
    {},
    "text",
    undefined,
    null,
  ])("but not %s", (error) => {
    expect(classify(error)).toBe("final");
  });
});

test("two that create one name at once: the loser looks again, and the data is not blamed", () => {
  const race = serverError("23505", { constraint: "pg_class_relname_nsp_index" });
  expect(isNameRace(race)).toBe(true);
  expect(classify(race)).toBe("reobserve");
  expect(isNameRace(serverError("23505", { constraint: "users_email_key" }))).toBe(false);
  const other = serverError("23514", { constraint: "pg_class_relname_nsp_index" });
  expect(isNameRace(other)).toBe(false);
});

test("the SQLSTATE and what may be shown are read from server errors only", () => {
  expect(sqlState(serverError("23505"))).toBe("23505");
  expect(sqlState(serverError("ENOENT"))).toBeUndefined();
  expect(sqlState(serverError("A23505"))).toBeUndefined();
  expect(sqlState(serverError("235050"))).toBeUndefined();
  expect(sqlState(Object.assign(new Error("a number"), { code: 23505 }))).toBeUndefined();
  expect(sqlState(new Error("plain"))).toBeUndefined();
  const withDetail = { detail: "Key (a)=(1) is duplicated." };
  expect(harmlessText(serverError("23505", withDetail))).not.toContain("(1)");
  expect(harmlessText(serverError("22P02", withDetail))).toBeUndefined();
  expect(harmlessText(serverError("53100", withDetail))).toContain("(1)");
  expect(harmlessText(new Error("plain"))).toBe("plain");
});

test.each<[of: string, error: unknown, routine: string, isWithin: boolean]>([
  ["nothing", undefined, "", false],
  ["an error of our own", new Error("x"), "", false],
  ["the server", serverError("42883", { routine: "f" }), "f", false],
  ["a function of the user", serverError("42883", { routine: "f", where: "SQL f" }), "f", true],
])("what reported it, and from within what: %s", (_, error, routine, isWithin) => {
  expect(routineOf(error)).toBe(routine);
  expect(isWithinFunction(error)).toBe(isWithin);
});

test.each([
  ["XX000", "cache lookup failed for attribute 1 of relation 16572", true],
  ["XX000", "cache lookup failed for index 16572", true],
  ["XX000", "could not open relation with OID 16572", true],
  ["XX000", "another internal error: cache lookup failed for it", false],
  ["42P01", "could not open relation", false],
] as const)("an index that goes while it is looked at: %s %s", (code, message, isRace) => {
  const error = Object.assign(new Error(message), { code });
  expect(isCatalogRace(error)).toBe(isRace);
  expect(classify(error)).toBe(isRace ? "reobserve" : "final");
});

describe("HINT and CONTEXT are part of what is said, without what can quote a row", () => {
  const hint = "Do this.";
  const where = `SQL function "f" statement 1\nPL/pgSQL "SELECT nope('hush', 4711)"`;
  const cases: [title: string, error: Error, hints: readonly RegExp[]][] = [
    ["nothing", serverError("42883"), []],
    ["a HINT", serverError("42883", { hint }), [/^HINT: Do this$/]],
    [
      "a HINT of two sentences, without its last full stop",
      serverError("42883", { hint: "Use pg_catalog.f. Or do this." }),
      [/^HINT: Use pg_catalog\.f\. Or do this$/],
    ],
    [
      "CONTEXT that is a page long, cut",
      serverError("42883", { where: "a".repeat(1000) }),
      [/^CONTEXT: a{300}$/],
    ],
    [
      "CONTEXT without constants",
      serverError("42883", { hint, where }),
      [/^HINT/, /^CONTEXT: SQL function f statement … PL\/pgSQL SELECT nope\('…', …\)$/],
    ],
    ["of a data exception", serverError("22P02", { hint, where }), []],
    ["of a violation", serverError("23505", { hint, where }), []],
    [
      "of RAISE, whatever its SQLSTATE",
      serverError("42883", { hint, routine: "exec_stmt_raise" }),
      [],
    ],
  ];
  test.each(cases)("%s", (_title, error, hints) => {
    const said = harmlessHints(error);
    expect(said).toHaveLength(hints.length);
    for (const [i, each] of hints.entries()) expect(said[i]).toMatch(each);
  });

  const SAID = "what the server said";
  const WITH_DETAIL = `${SAID} (row 1)`;
  test.each<[code: string, text: string | undefined]>([
    ["08P01", WITH_DETAIL],
    ["0A000", WITH_DETAIL],
    ["22012", WITH_DETAIL],
    ["2201E", WITH_DETAIL],
    ["2201F", WITH_DETAIL],
    ["22P02", undefined],
    ["23505", SAID],
    ["25006", WITH_DETAIL],
    ["40P01", WITH_DETAIL],
    ["42883", WITH_DETAIL],
    ["53100", WITH_DETAIL],
    ["54000", WITH_DETAIL],
    ["55006", WITH_DETAIL],
    ["57014", WITH_DETAIL],
    ["58030", WITH_DETAIL],
    ["P0001", undefined],
    ["XX002", WITH_DETAIL],
  ])("the message of %s, if it is the server's own", (code, text) => {
    const error = (routine: string) => serverError(code, { routine, detail: "row 1" });
    expect(harmlessText(error("int4div"))).toBe(text);
    expect(harmlessText(error("exec_stmt_raise"))).toBeUndefined();
  });
});
