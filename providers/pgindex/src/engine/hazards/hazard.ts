import { z } from "zod";
import { HAZARD_CODES, HAZARD_KINDS, type HazardCode } from "./hazardKinds";

/** Something that a reviewer has to know before a change, as plain data. */
export const hazardSchema = z.strictObject({
  code: z.enum(HAZARD_CODES),
  severity: z.enum(["info", "warning", "error"]),
  /** The table or index that it is about: `schema.name`. */
  object: z.string(),
  /** What was found here, and why it hurts: one line. */
  message: z.string(),
  /** Who or what is the reason, such as a session. */
  cause: z.string().optional(),
  /** The exact thing to do. */
  fix: z.string(),
});

export type Hazard = Readonly<z.infer<typeof hazardSchema>>;

/** What a policy has made of a hazard. */
export const judgedHazardSchema = hazardSchema.extend({
  action: z.enum(["allow", "warn", "deny"]),
  /** Why it is allowed, who denies it, or which exception has expired. */
  note: z.string().optional(),
});

export type JudgedHazard = Readonly<z.infer<typeof judgedHazardSchema>>;

/** What is known of a hazard here; the rest is its kind's. */
export type Finding = Pick<Hazard, "object" | "message"> &
  Partial<Pick<Hazard, "severity" | "cause" | "fix">>;

export function hazard(code: HazardCode, finding: Finding): Hazard {
  const { severity, fix } = HAZARD_KINDS[code];
  return { code, severity, fix, ...finding };
}
