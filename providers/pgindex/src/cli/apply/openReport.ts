import { open } from "node:fs/promises";
import { cannotWriteAppliedAdvice } from "../../apply/applyMessages";
import { PgIndexError } from "../../engine/errors/advice";

/**
 * Makes the report's file before anything is built, so that a wrong path costs nothing. Returns what
 * writes and closes it; without a file, what does nothing.
 */
export async function openReport(
  file: string | undefined,
): Promise<(text: string) => Promise<void>> {
  if (file === undefined) return async () => {};
  try {
    const handle = await open(file, "wx");
    return async (text) => {
      await handle.writeFile(text);
      await handle.close();
    };
  } catch (error) {
    throw new PgIndexError(cannotWriteAppliedAdvice(file, error), { cause: error });
  }
}
