import { resolve } from "node:path";
import { z } from "zod";
import { eitherOf, readSettings } from "./readSettings";

/** Names the plan's file, over the stack's `pgindex:reviewedPlan`. */
const PLAN_VARIABLE = "PGINDEX_PLAN";

/** The settings of the Connection that say what an `up` is held to. */
export const reviewing = z.object({
  reviewedPlan: z.string().optional(),
  onPlanChange: eitherOf("deny", "warn").optional(),
});

/** The plan that an `up` is held to. */
export interface ReviewSettings {
  /** Its file, from the folder of the program. */
  readonly file: string;
  /** False where what is worse is only said. */
  readonly isStrict: boolean;
}

/** Undefined where nothing asks for a reviewed plan. */
export function reviewSettings(
  get: (key: string) => string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): ReviewSettings | undefined {
  const { reviewedPlan, onPlanChange } = readSettings(reviewing, get);
  const file = env[PLAN_VARIABLE] || reviewedPlan;
  return file ? { file: resolve(file), isStrict: onPlanChange !== "warn" } : undefined;
}
