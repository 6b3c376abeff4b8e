import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { PgIndexError } from "../../../providers/pgindex/src/engine/errors/advice.ts";
import { NetworkOutage } from "../../../providers/pgindex/src/engine/watch/networkOutage.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const ADVICE = { what: "cannot connect", why: "because", fix: "do this" };
const coded = (code: string) => Object.assign(new Error(code), { code });
const cannotConnect = (code: string) => new PgIndexError(ADVICE, { cause: coded(code) });

/** What it says after each error, of which one comes every half minute. */
function answers(errors: readonly (Error | "reached")[]): (boolean | "reached")[] {
  const outage = new NetworkOutage();
  return errors.map((error) => {
    vi.advanceTimersByTime(30_001);
    if (error !== "reached") return outage.failed(error);
    outage.reached();
    return error;
  });
}

test.each<[title: string, error: Error]>([
  ["a lost connection", new Error("Connection terminated unexpectedly")],
  ["a server that does not answer", cannotConnect("ETIMEDOUT")],
])("%s is cut off after a minute", (_title, error) => {
  expect(answers([error, error, error])).toEqual([false, false, true]);
});

test.each<[title: string, error: Error]>([
  ["a server that has no connection left", cannotConnect("53300")],
  ["one that refuses for a reason of ours", new PgIndexError(ADVICE)],
  ["one that answers with an error", coded("57014")],
])("%s is not", (_title, error) => {
  expect(answers([error, error, error])).toEqual([false, false, false]);
});

test("the minute begins anew whenever the server answers", () => {
  const silent = cannotConnect("ETIMEDOUT");
  expect(answers([silent, silent, "reached", silent, silent])).not.toContain(true);
  expect(answers([silent, silent, cannotConnect("53300"), silent, silent])).not.toContain(true);
});
