import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { OtherSession } from "../../../providers/pgindex/src/engine/catalog/sessions/otherSessions.ts";
import { Wait } from "../../../providers/pgindex/src/engine/operation/wait.ts";
import { record } from "../../support/engine/engine.ts";

const START = Date.parse("2026-11-22T12:00:00Z");

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: START }));
afterEach(() => void vi.useRealTimers());

const vacuum: OtherSession = {
  pid: 7,
  user: "app",
  application: "psql",
  state: "active",
  backendType: "client backend",
  statement: "VACUUM t",
  ageSeconds: 3,
  waitSeconds: null,
  mode: null,
};

/** What is said of a wait that is looked at after these seconds, and then is over. */
async function waiting(seconds: readonly number[], others: readonly OtherSession[] = [vacuum]) {
  const { ctx, lines, statuses } = record();
  const wait = new Wait(ctx, "waiting for others");
  for (const second of seconds) {
    vi.setSystemTime(START + second * 1000);
    await wait.on(others);
  }
  wait.over();
  return { lines, statuses };
}

describe("a wait", () => {
  test("that is short is shown while it lasts, and leaves no line", async () => {
    const { lines, statuses } = await waiting([10]);
    expect(statuses).toEqual([
      "waiting for others (10 s): pid 7 (app, psql, active for 3 s: VACUUM t)",
    ]);
    expect(lines).toEqual([]);
  });

  test("that is long leaves one line when it has become long, and one at its end", async () => {
    const { lines } = await waiting([1, 11, 60]);
    expect(lines).toEqual([
      "warning: waiting for others (11 s): pid 7 (app, psql, active for 3 s: VACUUM t)",
      "info: waiting for others: over after 60 s",
    ]);
  });

  test("for whom nobody can name says so", async () => {
    expect((await waiting([1], [])).statuses).toEqual(["waiting for others (1 s): unknown"]);
  });
});
