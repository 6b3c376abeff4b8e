import { z } from "zod";
import { PgIndexError } from "../../engine/errors/advice";
import { issueMessage, parseWith } from "../../engine/input/parse";
import { unreadableSettingsAdvice } from "./settingsMessages";

/**
 * Reads settings by their names, as Pulumi configures the provider; an empty text is not set. Throws
 * one {@link PgIndexError} for all problems.
 */
export function readSettings<Schema extends z.ZodObject>(
  schema: Schema,
  get: (key: string) => string | undefined,
): z.output<Schema> {
  const names = Object.keys(schema.shape);
  const texts = Object.fromEntries(
    names.map((name) => [name, get(`pgindex:${name}`) || undefined]),
  );
  const parsed = parseWith(schema, texts);
  if (parsed.kind === "problems")
    throw new PgIndexError(unreadableSettingsAdvice(parsed.problems, texts));
  if (parsed.kind === "unknown")
    throw new Error("Pulumi has configured the provider with a value that is not known yet");
  return parsed.value;
}

/** One of two words. */
export function eitherOf<const One extends string, const Other extends string>(
  one: One,
  other: Other,
): z.ZodEnum<{ [Word in One | Other]: Word }> {
  return z.enum([one, other], {
    error: () => issueMessage("is neither of the two", `write "${one}" or "${other}"`),
  });
}
