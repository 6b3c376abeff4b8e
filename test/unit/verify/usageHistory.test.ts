import { describe, expect, it } from "vitest";
import {
  type AccountedUsage,
  NO_USAGE,
} from "../../../providers/pgindex/src/engine/verify/usage.ts";
import {
  extend,
  type History,
  judgeUse,
  MAX_SAMPLES,
  restartReason,
  type Sample,
} from "../../../providers/pgindex/src/engine/verify/usageHistory.ts";

const HOUR = 3_600_000;
const START = Date.parse("2026-11-01T00:00:00Z");
const at = (hour: number) => new Date(START + hour * HOUR).toISOString();
const usage = (change: Partial<AccountedUsage> = {}): AccountedUsage => ({
  ...NO_USAGE,
  countersSince: at(-1),
  ...change,
});
const eu = { name: "eu", scans: 4, countersSince: at(-1) };

function sample(hour: number, traffic: number, more: Partial<Sample> = {}): Sample {
  return { at: at(hour), scans: traffic, traffic, tuples: 0, bytes: 0, plans: [], ms: [], ...more };
}

describe("whether it is used, by samples", () => {
  const cases: [
    what: string,
    samples: Sample[],
    usage: Partial<AccountedUsage>,
    since: string | null,
    says: RegExp,
  ][] = [
    ["one sample", [sample(0, 0)], {}, null, /^not known yet: there is only one sample$/],
    [
      "no scan in a window",
      [sample(0, 0), sample(1, 0), sample(30, 0)],
      {},
      at(0),
      /^unused since 2026-11-01T00:00:00.000Z: 0 scans by traffic from .*T00:00.* to 2026-11-02T06:00:00.000Z, 3 samples$/,
    ],
    [
      "scans before the window, none in it",
      [sample(0, 900), sample(1, 900)],
      {},
      at(0),
      /^unused since/,
    ],
    ["scans to the end", [sample(0, 1), sample(1, 5)], {}, null, /^used: 4 scans by traffic/],
    [
      "scans at the beginning",
      [sample(0, 1), sample(1, 5), sample(2, 5), sample(3, 5)],
      {},
      at(1),
      /^no longer used since 2026-11-01T01:00:00.000Z: 4 scans by traffic/,
    ],
    [
      "a reset in between",
      [sample(0, 7), sample(1, 0, { restarted: "the counters were reset" }), sample(2, 0)],
      {},
      at(1),
      /2 samples \(the window starts there: the counters were reset\)$/,
    ],
    [
      "a reset just now",
      [sample(0, 7), sample(1, 0, { restarted: "the counters were reset" })],
      {},
      null,
      /^not known yet: there is only one sample \(the window starts there: the counters/,
    ],
    [
      "a unique index that nobody scans",
      [sample(0, 0), sample(1, 0)],
      { enforces: true },
      null,
      /^needed even without scans, because it enforces a rule; 0 scans/,
    ],
    [
      "replicas that answer",
      [sample(0, 0), sample(1, 0)],
      { replicas: [eu] },
      at(0),
      /2 samples on 2 servers$/,
    ],
    [
      "a replica that does not answer",
      [sample(0, 0), sample(1, 0, { unreachable: ["eu"] })],
      { replicas: [{ ...eu, scans: null }] },
      null,
      /^unknown: eu did not answer, and each server counts its own scans$/,
    ],
    [
      "a replica that answers again: what lacks its scans does not count",
      [sample(0, 4), sample(1, 0, { unreachable: ["eu"] }), sample(2, 4)],
      { replicas: [eu] },
      at(0),
      /^unused since .* 2 samples on 2 servers$/,
    ],
    [
      "a replica that answers for the first time",
      [sample(0, 0, { unreachable: ["eu"] }), sample(1, 4)],
      { replicas: [eu] },
      null,
      /^not known yet/,
    ],
  ];
  it.each(cases)("%s", (_what, samples, change, unusedSince, says) => {
    const use = judgeUse({ queries: [], samples }, usage(change));
    expect(use).toEqual({ unusedSince, summary: expect.stringMatching(says) });
  });
});

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
