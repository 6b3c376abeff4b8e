import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  CancelledError,
  PgIndexError,
} from "../../../providers/pgindex/src/engine/errors/advice.ts";
import { withRetries } from "../../../providers/pgindex/src/engine/operation/retries.ts";
import { failureOf, record } from "../../support/engine/engine.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function serverError(code: string): Error {
  return Object.assign(new Error(`error ${code}`), { code });
}

function cannotConnect(code: string): PgIndexError {
  const advice = { what: "cannot connect", why: "because", fix: "do this" };
  return new PgIndexError(advice, { cause: serverError(code) });
}

const REFUSED = new PgIndexError({ what: "refused", why: "because", fix: "do this" });

/** Attempts that end with these errors one after the other, then well. */
async function run(errors: readonly Error[]) {
  const { ctx, lines } = record();
  const left = [...errors];
  let attempts = 0;
  const outcome = withRetries(ctx, async () => {
    attempts += 1;
    const error = left.shift();
    if (error) throw error;
    return "done";
  }).then(
    (value) => value,
    (error: Error) => error,
  );
  await vi.runAllTimersAsync();
  return { outcome: await outcome, attempts, lines };
}

describe("tried again after", () => {
  test.each<[title: string, errors: Error[]]>([
    ["a deadlock", [serverError("40P01")]],
    ["a lost connection", [new Error("Connection terminated unexpectedly")]],
    ["a name that somebody else was faster to take", [serverError("42P07")]],
    [
      "a restart, also while the server does not answer",
      [serverError("57P01"), cannotConnect("ECONNREFUSED"), cannotConnect("57P03")],
    ],
    ["many interruptions", Array.from({ length: 9 }, () => serverError("57014"))],
  ])("%s", async (_title, errors) => {
    const { outcome, attempts, lines } = await run(errors);
    expect(outcome).toBe("done");
    expect(attempts).toBe(errors.length + 1);
    expect(lines).toHaveLength(errors.length);
    expect(lines[0]).toMatch(/^info: attempt 1 was interrupted \(.+\); trying again$/);
  });
});

describe("not tried again after", () => {
  test.each<[title: string, error: Error]>([
    ["an error that will come again", serverError("23505")],
    ["a refusal", REFUSED],
    ["a cancel", new CancelledError("cancelled")],
    ["a server that never answered: the address is wrong", cannotConnect("ECONNREFUSED")],
    ["a wrong password", cannotConnect("28P01")],
    ["a mistake of ours", new TypeError("x is not a function")],
  ])("%s", async (_title, error) => {
    const { outcome, attempts, lines } = await run([error]);
    expect(outcome).toBe(error);
    expect(attempts).toBe(1);
    expect(lines).toEqual([]);
  });

  test("ten attempts", async () => {
    const errors = Array.from({ length: 12 }, () => serverError("40P01"));
    const { outcome, attempts } = await run(errors);
    expect(outcome).toBe(errors[9]);
    expect(attempts).toBe(10);
  });

  test("a refusal that comes after an interruption", async () => {
    const { outcome, attempts } = await run([serverError("40P01"), REFUSED]);
    expect(outcome).toBe(REFUSED);
    expect(attempts).toBe(2);
  });
});

test("a cancel ends the wait for the next attempt", async () => {
  const { ctx, cancel, lines } = record();
  const run = failureOf(
    withRetries(ctx, async () => {
      throw serverError("40P01");
    }),
  );
  await vi.waitFor(() => expect(lines).toHaveLength(1));
  cancel();
  await run;
  expect(lines).toHaveLength(1);
});
