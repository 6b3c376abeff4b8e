import { describe, expect, test, vi } from "vitest";
import { CancelledError } from "../../../providers/pgindex/src/engine/errors/advice.ts";
import type { Session } from "../../../providers/pgindex/src/engine/session/session.ts";
import { runWatched } from "../../../providers/pgindex/src/engine/watch/watchedStatement.ts";
import { failureOf, record } from "../../support/engine/engine.ts";

type Answer = (text: string, values: readonly unknown[]) => unknown[] | Promise<unknown[]>;

function session(pid: number, answer: Answer, destroy = () => {}): Session {
  const query = async <Row>(text: string, values: readonly unknown[] = []) =>
    (await answer(text, values)) as Row[];
  return {
    pid,
    serverVersion: 180000,
    isPooled: false,
    tableKeepers: [],
    isOpen: true,
    query,
    queryAsLogin: query,
    onNotice: () => undefined,
    run: async (text: string) => void (await answer(text, [])),
    alone: (work) => work(),
    close: async () => {},
    destroy,
  };
}

const noOther = () => Promise.reject(new Error("there is no other session"));

/** A builder whose statement ends only when the test says so. */
function builder() {
  const outcome = Promise.withResolvers<unknown[]>();
  const destroy = vi.fn(() => outcome.reject(new Error("Connection terminated unexpectedly")));
  return { ...outcome, destroy, session: session(11, () => outcome.promise, destroy) };
}

/** An observer that sees the builder in this state. */
function observer(state: string | undefined, asked: string[] = []): Session {
  return session(12, (text) => {
    asked.push(text);
    return text.includes("pg_stat_activity WHERE pid") && state ? [{ state }] : [];
  });
}

describe("a statement whose end the network has swallowed", () => {
  test.each([
    ["its session is idle", "idle"],
    ["its session is gone", undefined],
  ])("is given up when %s", async (_title, state) => {
    const { ctx } = record();
    const { destroy, session: watched } = builder();
    const run = runWatched("CREATE …", {
      builder: watched,
      observer: observer(state),
      reconnect: noOther,
      ctx,
      verb: "building",
    });
    expect((await failureOf(run)).message).toMatch(/Connection terminated/);
    expect(destroy).toHaveBeenCalledTimes(1);
  });

  test("but not while the server works on it", async () => {
    const { ctx, statuses } = record();
    const { destroy, resolve, session: watched } = builder();
    const asked: string[] = [];
    const run = runWatched("CREATE …", {
      builder: watched,
      observer: observer("active", asked),
      reconnect: noOther,
      ctx,
      verb: "building",
    });
    await vi.waitFor(() => expect(statuses.length).toBeGreaterThan(4), { timeout: 50_000 });
    resolve([]);
    await run;
    expect(destroy).not.toHaveBeenCalled();
    expect(statuses[0]).toMatch(/^building, \d/);
    expect(asked.join()).not.toContain("pg_cancel_backend");
  });
});

test("an observer that fails costs the progress, not the build", async () => {
  const { ctx, statuses } = record();
  const { resolve, session: watched } = builder();
  const run = runWatched("CREATE …", {
    builder: watched,
    observer: session(12, () => Promise.reject(new Error("observer lost"))),
    reconnect: noOther,
    ctx,
    verb: "building",
  });
  await vi.waitFor(() => expect(statuses.join()).toMatch(/progress unavailable.*observer lost/));
  resolve([]);
  await expect(run).resolves.toBeUndefined();
});

test("a cancel goes to the builder's backend, and what it ends with is a cancel", async () => {
  const { ctx, cancel } = record();
  const { reject, session: watched } = builder();
  const run = runWatched("CREATE …", {
    builder: watched,
    observer: session(12, (text, values) => {
      if (!text.includes("pg_cancel_backend")) return [{ state: "active" }];
      expect(values).toEqual([11]);
      reject(Object.assign(new Error("canceling statement"), { code: "57014" }));
      return [];
    }),
    reconnect: noOther,
    ctx,
    verb: "building",
  });
  cancel();
  expect(await failureOf(run)).toBeInstanceOf(CancelledError);
});

test("the server's own error comes through as it is", async () => {
  const { ctx } = record();
  const { reject, session: watched } = builder();
  const run = runWatched("CREATE …", {
    builder: watched,
    observer: observer("active"),
    reconnect: noOther,
    ctx,
    verb: "building",
  });
  const error = Object.assign(new Error("deadlock detected"), { code: "40P01" });
  reject(error);
  expect(await failureOf(run)).toBe(error);
});
