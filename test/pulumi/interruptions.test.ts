import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { isAlive, killAll, processesBelow } from "../../tools/processes.ts";
import { type Project, providerOf } from "../support/pulumi/pulumiCli.ts";
import {
  blockedBuild,
  holdWrite,
  indexesOf,
  indexNames,
  providerSessions,
  until,
  useDatabase,
} from "../support/pulumi/pulumiDatabase.ts";
import { expectFinished, projectOfTwo, tablesOf, UP } from "../support/pulumi/pulumiTwoIndexes.ts";

const database = useDatabase(...tablesOf(5));
let project: Project;
beforeAll(() => {
  project = projectOfTwo(database(), "dev");
});

/** One stack for all: each test declares a pair of indexes more, on tables of their own. */
let pairs = 0;
let first: string;
let second: string;
beforeEach(() => {
  pairs += 1;
  [first, second] = [`first${pairs}`, `second${pairs}`];
  project.configure("dev", { pairs: String(pairs) });
});
/** What stands on this test's tables. */
const standing = async () => {
  const names = await indexNames(database());
  return names.filter((name) => name.endsWith(`${first}_idx`) || name.endsWith(`${second}_idx`));
};
const built = async () => (await indexesOf(database())).find(({ name }) => name === `${first}_idx`);

describe("killed", () => {
  test("CLI and provider, between two indexes: the next up finishes", async () => {
    const client = await database().connect();
    await client.query(`BEGIN; LOCK TABLE ${second} IN SHARE UPDATE EXCLUSIVE MODE`);
    const up = project.start(...UP);
    await up.printed(new RegExp(`waiting for others to finish on public\\.${second}`));
    expect(await standing()).toEqual([`${first}_idx`]);
    const before = await built();
    killAll([up.pid, ...processesBelow(up.pid).map(({ pid }) => pid)]);
    expect((await up.ended).code).toBeUndefined();
    await client.query("ROLLBACK");

    expect(await project.fail(...UP)).toContain("pulumi cancel");
    await project.run("cancel", "--yes");
    const text = await project.run(...UP);
    expect(text).toMatch(`${second} created`);
    expect(await built()).toEqual(before);
    await expectFinished(database(), pairs);
  });

  test("the CLI alone, during a build: the provider finishes it and ends, the next up adopts it", async () => {
    const holder = await holdWrite(database(), first);
    const up = project.start(...UP);
    await blockedBuild(database(), `${first}_idx`);
    const provider = providerOf(up.pid);
    killAll([up.pid]);
    await up.ended;
    expect(isAlive(provider)).toBe(true);
    await holder.release();
    await until("the provider has ended", () => !isAlive(provider));
    expect(await standing()).toEqual([`${first}_idx`]);
    const before = await built();

    await project.run("cancel", "--yes");
    expect(await project.run(...UP)).toMatch(`adopted public.${first}_idx`);
    expect(await built()).toEqual(before);
    await expectFinished(database(), pairs);
  });

  test("the provider alone, during a build: up fails, the next one waits for the server and adopts", async () => {
    const holder = await holdWrite(database(), first);
    const up = project.start(...UP);
    const backend = await blockedBuild(database(), `${first}_idx`);
    killAll([providerOf(up.pid)]);
    expect((await up.ended).code).not.toBe(0);

    const next = project.start(...UP);
    await next.printed(
      new RegExp(`(is working on|to finish on) public\\.${first} .*pid ${backend} `),
    );
    await holder.release();
    const { code, text } = await next.ended;
    expect([code, text]).toEqual([0, expect.stringMatching(`adopted public.${first}_idx`)]);
    await expectFinished(database(), pairs);
  });
});

describe("Ctrl-C", () => {
  test("during a build that waits: it is cancelled and cleaned up, the next up finishes", async () => {
    // An old snapshot holds up the last phase, and not the drop of what is left.
    const client = await database().connect();
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM pg_class LIMIT 1");
    const up = project.start(...UP);
    await blockedBuild(database(), `${first}_idx`);
    up.interrupt();
    const { code, text } = await up.ended;
    expect(code).not.toBe(0);
    expect(text).toMatch(/cancelled; its INVALID leftover was dropped/);
    expect(await standing()).toEqual([]);
    expect(await providerSessions(database())).toEqual([]);
    await client.query("ROLLBACK");
    await project.run(...UP);
    await expectFinished(database(), pairs);
  });

  test("while the clean-up waits too: it says what is left, and the next up recovers it", async () => {
    const holder = await holdWrite(database(), first);
    const up = project.start(...UP);
    await blockedBuild(database(), `${first}_idx`);
    up.interrupt();
    const { code, text } = await up.ended;
    expect(code).not.toBe(0);
    expect(text).toMatch(
      /is left behind, INVALID .*; blocking the clean-up: pid \d+ .*; the next pulumi up removes it/,
    );
    await holder.release();
    expect(await standing()).toEqual([`INVALID ${first}_idx`]);
    expect(await project.run(...UP)).toMatch(
      new RegExp(`${first}_idx: an interrupted build left it INVALID, .*; DROP INDEX CONCURRENTLY`),
    );
    await expectFinished(database(), pairs);
  });
});

test("after all of that, there is nothing left to do", async () => {
  project.configure("dev", { pairs: "5" });
  await project.run("preview", "--expect-no-changes");
});
