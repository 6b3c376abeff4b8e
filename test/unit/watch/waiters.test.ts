import { describe, expect, test } from "vitest";
import type { Waiter } from "../../../providers/pgindex/src/engine/catalog/sessions/otherSessions.ts";
import { Patience } from "../../../providers/pgindex/src/engine/operation/patience.ts";
import type { Session } from "../../../providers/pgindex/src/engine/session/session.ts";
import { waiterHarm } from "../../../providers/pgindex/src/engine/watch/waiterHarm.ts";
import { WaiterWatch } from "../../../providers/pgindex/src/engine/watch/waiters.ts";
import { failureOf, record } from "../../support/engine/engine.ts";

/** An ANALYZE of the table, which has queued for long enough to be past its own deadlock check. */
const ANALYZE: Waiter = {
  pid: 7,
  user: "app",
  application: "psql",
  state: "active",
  backendType: "client backend",
  statement: "ANALYZE t",
  ageSeconds: 60,
  waitSeconds: 50,
  mode: "ShareUpdateExclusiveLock",
  lockType: "relation",
  stopped: 0,
};
const ALTER: Partial<Waiter> = { mode: "AccessExclusiveLock", statement: "ALTER TABLE t …" };

const BUILD = "ends the build";
const APPLICATION = "stops the application";

describe("what a wait behind our statement does", () => {
  const CASES: readonly (readonly [
    title: string,
    waiter: Partial<Waiter>,
    statement: { readonly isBuild: boolean; readonly lastPhaseMs?: number },
    harm: readonly string[],
  ])[] = [
    ["a queue on the table", {}, { isBuild: true }, [BUILD]],
    ["a queue for everything on it", ALTER, { isBuild: true }, [BUILD, APPLICATION]],
    ["pg_advisory_lock()", { lockType: "advisory", mode: null }, { isBuild: true }, [BUILD]],
    [
      "a wait for our transaction: another build's",
      { lockType: "virtualxid" },
      { isBuild: true },
      [],
    ],
    ["a queue behind a drop", {}, { isBuild: false }, []],
    ["one for everything behind a drop", ALTER, { isBuild: false }, [APPLICATION]],
    ["who came before the last phase", {}, { isBuild: true, lastPhaseMs: 59_000 }, [BUILD]],
    ["who came in the last phase", {}, { isBuild: true, lastPhaseMs: 61_000 }, []],
    ["who hides since when", { ageSeconds: null }, { isBuild: true, lastPhaseMs: 61_000 }, [BUILD]],
  ];
  test.each(CASES)("%s", (_title, waiter, { isBuild, lastPhaseMs }, harm) => {
    const { endsBuild, stopsApplication } = waiterHarm(
      { ...ANALYZE, ...waiter },
      isBuild,
      lastPhaseMs,
    );
    expect(endsBuild).toBe(harm.includes(BUILD));
    expect(stopsApplication).toBe(harm.includes(APPLICATION));
  });
});

/** A session that no test below may ask anything, or that answers so. */
function observer(
  answer: () => Promise<never> = () => Promise.reject(new Error("asked")),
): Session {
  return { query: answer, queryAsLogin: answer } as unknown as Session;
}

describe("the warning", () => {
  const warned = async (...waiters: Waiter[]) => {
    const { ctx, lines } = record();
    const watch = new WaiterWatch(ctx, true);
    await watch.poll(waiters, "building index", observer(), 11);
    return { watch, lines };
  };

  test("is given once, where nothing is said of waiters", async () => {
    const { watch, lines } = await warned(ANALYZE);
    await watch.poll([ANALYZE], "building index", observer(), 11);
    const [line, ...others] = lines;
    expect(line).toMatch(
      /^warning: pid 7 .* waits behind this build\. PostgreSQL will cancel the build/,
    );
    expect(line).toContain('SELECT pg_cancel_backend(7); and run "ANALYZE t" afterwards');
    expect(others).toEqual([]);
  });

  test.each([
    ["of another role", "<insufficient privilege>"],
    ["with track_activities off", ""],
    ["that has gone", null],
  ])("about a session %s quotes no statement", async (_title, statement) => {
    const { lines } = await warned({ ...ANALYZE, statement });
    expect(lines[0]).toContain("and run its statement afterwards");
  });

  test("is not given about who may still give way by himself, or does no harm", async () => {
    const short = { ...ANALYZE, waitSeconds: 0.9 };
    const hidden = { ...ANALYZE, pid: 8, waitSeconds: null };
    const harmless = { ...ANALYZE, pid: 9, lockType: "virtualxid" };
    expect((await warned(short, hidden, harmless)).lines).toEqual([]);
  });
});

test("a waiter not cancelled because the observer is lost is no matter of rights", async () => {
  const { ctx, lines } = record();
  const watch = new WaiterWatch({ ...ctx, patience: new Patience({ waiters: "cancel" }) }, true);
  const lost = new Error("Connection terminated unexpectedly");
  const polling = watch.poll(
    [ANALYZE],
    null,
    observer(() => Promise.reject(lost)),
    11,
  );
  expect(await failureOf(polling)).toBe(lost);
  expect(lines).toEqual([]);
});
