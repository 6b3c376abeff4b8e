import { z } from "zod";

/** What `pgindex fleet health` answers: 503 while it is `failing`. */
export const fleetHealth = z.object({
  status: z
    .enum(["ok", "building", "degraded", "failing"])
    .describe(
      "failing: a database has failed, has lost an index or does not answer, or the control " +
        "database does not; degraded: an index was redefined from outside, or a database was left " +
        "out; building: the rollout goes on",
    ),
  checkedAt: z.iso.datetime(),
  fleet: z.string(),
  rollout: z.string().nullable().describe("the state of the last rollout"),
  databases: z.object({ all: z.int(), done: z.int(), wrong: z.int() }),
  problems: z.array(z.object({ target: z.string(), problem: z.string(), isFailing: z.boolean() })),
  problem: z.string().nullable().describe("why nothing is known of the databases"),
});

export type FleetHealth = z.infer<typeof fleetHealth>;
export type DatabaseProblem = FleetHealth["problems"][number];
