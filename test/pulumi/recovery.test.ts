import { expect, test } from "vitest";
import {
  blockedBuild,
  holdWrite,
  indexNames,
  useDatabase,
} from "../support/pulumi/pulumiDatabase.ts";
import { DESTROY, projectOfTwo, TWO_TABLES, UP } from "../support/pulumi/pulumiTwoIndexes.ts";

const database = useDatabase(...TWO_TABLES);

test("two stacks that build the same index at once: one owns it, the other is refused", async () => {
  const project = await projectOfTwo(database(), "one");
  await project.run("stack", "init", "two");
  const holder = await holdWrite(database(), "t1");
  const one = project.start(...UP, "--stack=one");
  await blockedBuild(database(), "t1_idx");
  const two = project.start(...UP, "--stack=two");
  await two.printed(/another pgindex is working on public\.t1/);
  await holder.release();
  const [first, second] = await Promise.all([one.ended, two.ended]);
  expect(first.code).toBe(0);
  expect(second.code).not.toBe(0);
  expect(second.text).toMatch(
    /index public\.t1_idx .* belongs to another stack: tests\/one, first/,
  );
  await project.run(...DESTROY, "--stack=two");
  expect(await indexNames(database())).toContain("t1_idx");
  await project.run(...DESTROY, "--stack=one");
  expect(await indexNames(database())).toEqual([]);
});
