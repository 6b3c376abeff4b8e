import type { StringValue } from "ms";
import ms from "ms";
import { z } from "zod";
import { issueMessage } from "./parse";

/**
 * A length of time as people write it ("24h", "30 s", "90m"), in milliseconds.
 *
 * @internal
 */
export const duration = z.string().transform((text, ctx) => {
  const value = milliseconds(text);
  if (value !== undefined && value >= 0) return value;
  ctx.addIssue(
    issueMessage("is not a length of time", 'write a number with a unit, such as "24h" or "30s"'),
  );
  return z.NEVER;
});

/** A length of time with its original text: "24h" must not come back as "1d". */
export interface WrittenDuration {
  readonly ms: number;
  readonly text: string;
}

/**
 * As {@link duration}, but keeps the text.
 *
 * @internal
 */
export const writtenDuration = z.string().transform((text, ctx): WrittenDuration => {
  const parsed = duration.safeParse(text);
  if (parsed.success) return { ms: parsed.data, text };
  for (const { message } of parsed.error.issues) ctx.addIssue(message);
  return z.NEVER;
});

/** How long indexes stay in one stack before they are promoted to the next. */
export const DEFAULT_SOAK = "24h";

/**
 * Requires a unit: `ms` takes a bare number as milliseconds, and a user who writes "24" means
 * hours. `ms` throws on empty and on long text.
 */
function milliseconds(text: string): number | undefined {
  if (!/[a-z]/i.test(text) || text.length > 100) return undefined;
  return ms(text as StringValue);
}
