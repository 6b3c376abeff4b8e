import { describe, expect, it } from "vitest";
import type { AccountedUsage } from "../../../providers/pgindex/src/engine/verify/usage.ts";
import {
  extend,
  type History,
  MAX_SAMPLES,
  restartReason,
} from "../../../providers/pgindex/src/engine/verify/usageHistory.ts";
import { at, eu, usage } from "../../support/verify/usageSamples.ts";

describe("counters that cannot be compared any more", () => {
  const before = usage({ scans: 10, statsReset: at(-1), replicas: [eu] });
  it.each<[string, Partial<AccountedUsage>, RegExp | undefined]>([
    ["the same counters", { scans: 10 }, undefined],
    [
      "reset",
      { scans: 99, statsReset: at(3), countersSince: at(3) },
      /^the counters were reset at/,
    ],
    [
      "lost",
      { scans: 99, statsReset: null, countersSince: at(3) },
      /^the server lost its counters/,
    ],
    ["fewer", { scans: 9 }, /^the counters are lower than before$/],
    [
      "no replica any more",
      { scans: 10, replicas: [] },
      /^the declared replicas changed to: none$/,
    ],
    [
      "those of a replica",
      { scans: 10, replicas: [{ ...eu, countersSince: at(2) }] },
      /^the counters of the replica eu were reset at/,
    ],
    ["a replica that is silent", { scans: 10, replicas: [{ ...eu, scans: null }] }, undefined],
  ])("%s", (_what, change, reason) => {
    const found = restartReason(before, { ...before, ...change });
    if (reason) expect(found).toMatch(reason);
    else expect(found).toBeUndefined();
  });

  it("none without an earlier report, or one of an older release", () => {
    expect(restartReason(undefined, before)).toBeUndefined();
    const { countersSince: _, replicas: __, ...old } = before;
    expect(restartReason(old as AccountedUsage, { ...before, replicas: [] })).toBeUndefined();
  });
});

function grow(hours: readonly number[], ...restarts: number[]): History {
  return hours.reduce<History | undefined>(
    (history, hour) =>
      extend(history, {
        at: at(hour),
        usage: usage(),
        measured: [],
        restarted: restarts.includes(hour) ? "reset" : undefined,
      }),
    undefined,
  ) as History;
}

describe("the history stays small", () => {
  const hourly = Array.from({ length: 200 }, (_, i) => i);
  it("keeps the beginning and the end of the window, the last hours denser", () => {
    const { samples } = grow(hourly);
    expect(samples).toHaveLength(MAX_SAMPLES);
    expect(samples.at(0)?.at).toBe(at(0));
    expect(samples.at(-1)?.at).toBe(at(199));
    expect(samples.filter((each) => each.at >= at(190)).length).toBeGreaterThanOrEqual(5);
    expect(samples.filter((each) => each.at < at(150)).length).toBeGreaterThanOrEqual(5);
    expect([...samples].map((each) => each.at).sort()).toEqual(samples.map((each) => each.at));
  });

  it("never forgets that the counters began again", () => {
    const { samples } = grow(hourly, 20);
    expect(samples.find(({ restarted }) => restarted)?.at).toBe(at(20));
  });

  it("nor that they did so where the sample that said it is missed least", () => {
    const early = hourly.slice(0, 10);
    const { samples } = grow([...early, 10, 10.01, 10.02, ...hourly.slice(11, 24)], 10.01, 20);
    const told = samples.filter(({ restarted }) => restarted).map((each) => each.at);
    expect(told).toEqual([at(10.02), at(20)]);
  });

  it("says of a sample which replicas it lacks", () => {
    const replicas = [
      { ...eu, scans: null },
      { ...eu, name: "us" },
    ];
    const { samples } = extend(undefined, {
      at: at(0),
      usage: usage({ replicas }),
      measured: [],
    });
    expect(samples).toMatchObject([{ unreachable: ["eu"] }]);
  });

  it("refers to queries by position, those added later too", () => {
    const query = (name: string, planType: string | null, executionMs: number) => ({
      name,
      planType,
      executionMs,
    });
    const first = extend(undefined, {
      at: at(0),
      usage: usage({ tuplesFetched: 7 }),
      measured: [query("a", "Index Scan", 1)],
    });
    const second = extend(first, {
      at: at(1),
      usage: usage(),
      measured: [query("b", null, 2)],
    });
    expect(second.queries).toEqual(["a", "b"]);
    expect(second.samples.map(({ fetched }) => fetched)).toEqual([7, 0]);
    expect(second.samples).toMatchObject([
      { plans: ["Index Scan"], ms: [1] },
      { plans: [null, null], ms: [null, 2] },
    ]);
  });
});
