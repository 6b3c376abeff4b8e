import { z } from "zod";
import { issueMessage } from "../input/parse";
import { didYouMean, similarNames } from "../text/similarNames";
import { CHOOSABLE_CODES, HAZARD_CODES, HAZARD_KINDS, type HazardCode } from "./hazardKinds";
import type { HazardPolicy, HazardRule } from "./rules";

const action = z.enum(["allow", "warn", "deny"], {
  error: () => issueMessage("is not one of the three", 'write "allow", "warn" or "deny"'),
});

const A_DAY = issueMessage("is not a day", 'write one, such as "2026-12-31"');

function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

const exception = z.strictObject({
  action,
  reason: z.string().min(1, issueMessage("is empty", "say why")),
  expires: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/, A_DAY)
    .refine(isDay, A_DAY)
    .optional(),
});

const rule = z.union(
  [z.string().pipe(action.transform((it): HazardRule => ({ action: it }))), exception],
  issueMessage(
    "is neither an action nor an exception",
    'write "warn" or { action: "warn", reason: "…" }',
  ),
);

/**
 * What a resource, a Connection or a stack decides of hazards, by their codes.
 *
 * @internal
 */
export const hazardPolicy = z
  .record(z.string(), rule)
  .superRefine((rules, ctx) => {
    for (const code of Object.keys(rules)) {
      const problem = problemOf(code);
      if (problem) ctx.addIssue({ code: "custom", path: [code], message: problem });
    }
  })
  .transform((rules) => rules as HazardPolicy);

function problemOf(code: string): string | undefined {
  if ((CHOOSABLE_CODES as readonly string[]).includes(code)) return undefined;
  if ((HAZARD_CODES as readonly string[]).includes(code)) {
    const { option } = HAZARD_KINDS[code as HazardCode];
    return option
      ? issueMessage("is not decided here", `remove it; ${option} of the Connection allows it`)
      : issueMessage(
          "is always refused: there is nothing to allow",
          "remove it; docs/hazards.md says what helps",
        );
  }
  const meant = didYouMean(similarNames(code, CHOOSABLE_CODES));
  return issueMessage("is no hazard's code", `${meant ?? "see docs/hazards.md"}`);
}
