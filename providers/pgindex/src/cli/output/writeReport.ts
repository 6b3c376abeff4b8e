import { writeFile } from "node:fs/promises";
import { PgIndexError } from "../../engine/errors/advice";
import { cannotWriteReportAdvice } from "../cliMessages";

export async function writeReport(file: string, text: string): Promise<void> {
  await writeFile(file, text).catch((error) => {
    throw new PgIndexError(cannotWriteReportAdvice(file, error), { cause: error });
  });
}
