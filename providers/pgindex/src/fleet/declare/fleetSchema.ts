import { z } from "zod";
import { DEFAULT_SOAK, duration, writtenDuration } from "../../engine/input/duration";
import { BESIDE_OTHER_PROBLEMS, issueMessage } from "../../engine/input/parse";
import { gateSchema } from "../../engine/promote/gateSchema";
import { share } from "./share";
import { targetSchema } from "./targetSchema";
import { windowSchema } from "./windows";

const count = z.number().int().min(1);

/** Where the targets come from: a list, or one of four sources. */
const targets = z.union([
  z.array(targetSchema),
  z.strictObject({ file: z.string().min(1) }),
  z.strictObject({ module: z.string().min(1) }),
  z.strictObject({ command: z.array(z.string().min(1)).min(1) }),
  z.strictObject({
    query: z.string().min(1),
    urlEnv: z.string().regex(/^\w+$/).default("PGINDEX_FLEET_URL"),
  }),
]);

const wave = z.strictObject({
  name: z.string().min(1).max(100),
  labels: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String))
    .optional(),
  share: share.optional(),
  count: count.optional(),
});

/** @internal */
export type Wave = z.output<typeof wave>;

const DEFAULT_WAVES = [
  { name: "canary", count: 1 },
  { name: "tenth", share: "10%" },
  { name: "rest" },
];

const failurePolicy = z.union([
  z.literal("stop").transform(() => ({ after: 1 })),
  z.strictObject({ after: count }),
  z.strictObject({ share }),
]);

/** @internal */
export type FailurePolicy = z.output<typeof failurePolicy>;

const { minimumScans, planTypes, maximumMs, maximumSlowdown } = gateSchema.in.shape;

/** PromotionGate's conditions, on a wave's databases. */
const gate = z
  .strictObject({
    soak: writtenDuration.prefault(DEFAULT_SOAK),
    minimumScans,
    planTypes,
    maximumMs,
    maximumSlowdown,
    share: share.prefault("100%"),
    askEvery: duration.prefault("5m"),
  })
  .transform(({ soak, ...rest }) => ({ ...rest, soak: soak.text, soakMs: soak.ms }));

/** @internal */
export type FleetGate = z.output<typeof gate>;

const holdBack = z.strictObject({
  replicaLag: duration.optional(),
  activeSessions: count.optional(),
});

const stack = z.strictObject({
  program: z.string().min(1).default("."),
  template: z.string().min(1).optional(),
  urlVariable: z.string().regex(/^\w+$/).default("DATABASE_URL"),
  refresh: z.boolean().default(false),
});

/**
 * A fleet: which databases, what each of them shall have, in which waves and within which bounds.
 *
 * @internal
 */
export const fleetSchema = z
  .strictObject({
    name: z
      .string()
      .regex(
        /^[a-z0-9_-]{1,50}$/,
        issueMessage(
          "is not a name of lower-case letters, digits, hyphens and underscores",
          'write at most 50 of them, such as "tenants"',
        ),
      ),
    targets,
    indexes: z.union([z.string().min(1), z.array(z.unknown()).min(1)]).optional(),
    stack: stack.optional(),
    waves: z.array(wave).min(1).prefault(DEFAULT_WAVES),
    maxBuildsPerServer: count.max(100).default(2),
    onFailure: failurePolicy.prefault("stop"),
    gate: gate.optional(),
    windows: z.array(windowSchema).default([]),
    holdBack: holdBack.default({}),
    role: z.string().min(1).optional(),
    allowPooler: z.boolean().default(false),
  })
  .superRefine(({ indexes, stack: program, waves }, ctx) => {
    const say = (path: PropertyKey[], what: string, fix: string) =>
      ctx.addIssue({ code: "custom", path, message: issueMessage(what, fix) });
    if (indexes === undefined && program === undefined)
      say(
        ["indexes"],
        "is missing, and stack too",
        "write what each database shall have: indexes, or the program of a stack",
      );
    const names = waves?.map((each) => each?.name) ?? [];
    const again = names.findIndex((each, i) => names.indexOf(each) < i);
    if (again >= 0)
      say(
        ["waves", again, "name"],
        "is that of an earlier wave",
        "give each wave a name of its own",
      );
  }, BESIDE_OTHER_PROBLEMS);

/** @internal */
export type Fleet = z.output<typeof fleetSchema>;
