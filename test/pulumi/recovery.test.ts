import { expect, test } from "vitest";
import {
  blockedBuild,
  holdWrite,
  indexNames,
  useDatabase,
} from "../support/pulumi/pulumiDatabase.ts";
import { DESTROY, projectOfTwo, tablesOf, UP } from "../support/pulumi/pulumiTwoIndexes.ts";

const database = useDatabase(...tablesOf(1));

test("two stacks that build the same index at once: one owns it, the other is refused", async () => {
  const project = projectOfTwo(database(), "one", "two");
  const holder = await holdWrite(database(), "first1");
  const one = project.start(...UP, "--stack=one");
  await blockedBuild(database(), "first1_idx");
  const two = project.start(...UP, "--stack=two");
  await two.printed(/another pgindex is working on public\.first1/);
  await holder.release();
  const [first, second] = await Promise.all([one.ended, two.ended]);
  expect(first.code).toBe(0);
  expect(second.code).not.toBe(0);
  expect(second.text).toMatch(
    /index public\.first1_idx .* belongs to another stack: tests\/one, first1/,
  );
  await project.run(...DESTROY, "--stack=two");
  expect(await indexNames(database())).toContain("first1_idx");
  await project.run(...DESTROY, "--stack=one");
  expect(await indexNames(database())).toEqual([]);
});
