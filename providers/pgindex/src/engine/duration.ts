import ms, { type StringValue } from "ms";
import { z } from "zod";
import { wrong } from "./wrong";

/** A length of time as people write it: "24h", "30 s", "90m". Gives milliseconds. */
export const duration = z.string().transform((text, ctx) => {
  const value = milliseconds(text);
  if (value !== undefined && value >= 0) return value;
  ctx.addIssue(
    wrong("is not a length of time", 'write a number with a unit, such as "24h" or "30s"'),
  );
  return z.NEVER;
});

/** A number alone would be milliseconds to `ms`, and whoever writes "24" means hours. It throws for texts that are empty or long. */
function milliseconds(text: string): number | undefined {
  if (!/[a-z]/i.test(text) || text.length > 100) return undefined;
  return ms(text as StringValue);
}
