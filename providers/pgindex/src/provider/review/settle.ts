import { PgIndexError } from "../../engine/errors/advice";
import type { Runtime } from "../runtime";
import { worsenedAdvice, worsenedText } from "./reviewMessages";

/** What becomes of reasons to stop: a refusal, or a warning where the stack only wants to be told. */
export function settle(
  runtime: Runtime,
  urn: string,
  what: string,
  reasons: readonly string[],
): PgIndexError | undefined {
  const { settings } = runtime.review;
  if (!settings || reasons.length === 0) return undefined;
  if (settings.isStrict) return new PgIndexError(worsenedAdvice(what, settings.file, reasons));
  runtime.context(urn).log("warning", worsenedText(what, reasons));
  return undefined;
}
