import { z } from "zod";
import { issueMessage } from "../../engine/input/parse";

/**
 * A share of something as people write it: "10%", more than 0 and at most 100.
 *
 * @internal
 */
export const share = z.string().transform((text, ctx) => {
  const [, digits] = /^(\d+(?:\.\d+)?)\s*%$/.exec(text.trim()) ?? [];
  const percent = Number(digits);
  if (percent > 0 && percent <= 100) return percent / 100;
  ctx.addIssue(
    issueMessage("is not a share", 'write a percentage above 0 and up to 100, such as "10%"'),
  );
  return z.NEVER;
});

/** How many of `all` a share is, rounded up: a share of a few databases is one at least. */
export function shareOf(all: number, part: number): number {
  // 0.07 * 100 is 7.000000000000001.
  return Math.ceil(Math.round(all * part * 1e6) / 1e6);
}
