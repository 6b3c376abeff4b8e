import { expect, test } from "vitest";
import {
  blockedBuild,
  holdWrite,
  indexNames,
  useDatabase,
} from "../support/pulumi/pulumiDatabase.ts";
import { DESTROY, projectOfTwo, TWO_TABLES, UP } from "../support/pulumi/pulumiTwoIndexes.ts";

const database = useDatabase(...TWO_TABLES);

test("two stacks that build the same index at once both end well, with one index", async () => {
  const project = await projectOfTwo(database(), "one");
  await project.run("stack", "init", "two");
  const holder = await holdWrite(database(), "t1");
  const one = project.start(...UP, "--stack=one");
  await blockedBuild(database(), "t1_idx");
  const two = project.start(...UP, "--stack=two");
  await two.printed(/another pgindex is working on public\.t1/);
  await holder.release();
  const [first, second] = await Promise.all([one.ended, two.ended]);
  expect([first.code, second.code]).toEqual([0, 0]);
  expect(first.text).not.toContain("adopted public.t1_idx");
  expect(second.text).toContain("adopted public.t1_idx");
  await project.run(...DESTROY, "--stack=one");
  await project.run(...DESTROY, "--stack=two");
  expect(await indexNames(database())).toEqual([]);
});
