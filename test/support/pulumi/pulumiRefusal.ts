import { expect } from "vitest";
import type { TestDatabase } from "../server/database.ts";
import type { TestStack } from "./pulumi.ts";
import { indexesOf } from "./pulumiDatabase.ts";
import { errorsOf, failureOf } from "./pulumiRun.ts";

/**
 * The preview has to fail, with errors of this one resource only, and without a change of anything.
 * Gives the errors.
 */
export async function refusedPreview(
  stack: TestStack,
  database: TestDatabase,
  resource: string,
): Promise<string> {
  const before = await indexesOf(database);
  const failed = await failureOf(stack.preview());
  expect(failed.text).toContain(`resource '${resource}'`);
  expect(await indexesOf(database)).toEqual(before);
  return errorsOf(failed, resource);
}
