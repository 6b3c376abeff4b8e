import { expect, test } from "vitest";
import {
  blockedBuild,
  holdWrite,
  indexNames,
  leaveInvalid,
  useDatabase,
} from "../support/pulumi/pulumiDatabase.ts";
import {
  DESTROY,
  expectFinished,
  projectOfTwo,
  TWO_TABLES,
  UP,
} from "../support/pulumi/pulumiTwoIndexes.ts";

const database = useDatabase(...TWO_TABLES);

test("a dead INVALID leftover is recovered, and the log says so", async () => {
  const project = await projectOfTwo(database());
  await leaveInvalid(database(), "CREATE INDEX t1_idx ON t1 (a)");
  expect(await indexNames(database())).toEqual(["INVALID t1_idx"]);
  expect(await project.run("preview")).toMatch(
    /DROP INDEX CONCURRENTLY "public"\."t1_idx": an inter/,
  );
  const text = await project.run(...UP);
  expect(text).toMatch(
    /public\.t1_idx: an interrupted build left it INVALID, .*: DROP INDEX CONCURRENTLY "public"\."t1_idx"/,
  );
  await expectFinished(project, database());
});

test("two stacks that build the same index at once both end well, with one index", async () => {
  const project = await projectOfTwo(database(), "one");
  await project.run("stack", "init", "two");
  const holder = await holdWrite(database(), "t1");
  const one = project.start(...UP, "--stack=one");
  await blockedBuild(database(), "t1_idx");
  const two = project.start(...UP, "--stack=two");
  await two.printed(/another pgindex works on public\.t1/);
  await holder.release();
  const [first, second] = await Promise.all([one.ended, two.ended]);
  expect([first.code, second.code]).toEqual([0, 0]);
  expect(first.text).not.toContain("adopted public.t1_idx");
  expect(second.text).toContain("adopted public.t1_idx");
  await project.run(...DESTROY, "--stack=one");
  await project.run(...DESTROY, "--stack=two");
  expect(await indexNames(database())).toEqual([]);
});
