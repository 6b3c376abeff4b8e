import { describe, expect, it } from "vitest";
import type { AccountedUsage } from "../../../providers/pgindex/src/engine/verify/usage.ts";
import {
  judgeUse,
  type Sample,
} from "../../../providers/pgindex/src/engine/verify/usageHistory.ts";
import { at, eu, usage } from "../../support/verify/usageSamples.ts";

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
