import { describe, expect, test } from "vitest";
import { isAlive, killAll, processesBelow } from "../../tools/processes.ts";
import { providerOf } from "../support/pulumi/pulumiCli.ts";
import {
  blockedBuild,
  holdWrite,
  indexesOf,
  indexNames,
  providerSessions,
  until,
  useDatabase,
} from "../support/pulumi/pulumiDatabase.ts";
import {
  expectFinished,
  projectOfTwo,
  TWO_TABLES,
  UP,
} from "../support/pulumi/pulumiTwoIndexes.ts";

const database = useDatabase(...TWO_TABLES);

describe("killed", () => {
  test("CLI and provider, between two indexes: the next up finishes", async () => {
    const project = await projectOfTwo(database());
    const client = await database().connect();
    await client.query("BEGIN; LOCK TABLE t2 IN SHARE UPDATE EXCLUSIVE MODE");
    const up = project.start(...UP);
    await up.printed(/waiting for others to finish on public\.t2/);
    expect(await indexNames(database())).toEqual(["t1_idx"]);
    const [built] = await indexesOf(database());
    killAll([up.pid, ...processesBelow(up.pid).map(({ pid }) => pid)]);
    expect((await up.ended).code).toBeUndefined();
    await client.query("ROLLBACK");

    expect(await project.fail(...UP)).toContain("pulumi cancel");
    await project.run("cancel", "--yes");
    const text = await project.run(...UP);
    expect(text).toMatch(/second created/);
    expect((await indexesOf(database()))[0]).toEqual(built);
    await expectFinished(project, database());
  });

  test("the CLI alone, during a build: the provider finishes it and ends, the next up adopts it", async () => {
    const project = await projectOfTwo(database());
    const holder = await holdWrite(database(), "t1");
    const up = project.start(...UP);
    await blockedBuild(database(), "t1_idx");
    const provider = providerOf(up.pid);
    killAll([up.pid]);
    await up.ended;
    expect(isAlive(provider)).toBe(true);
    await holder.release();
    await until("the provider has ended", () => !isAlive(provider));
    expect(await indexNames(database())).toEqual(["t1_idx"]);
    const [built] = await indexesOf(database());

    await project.run("cancel", "--yes");
    expect(await project.run(...UP)).toMatch(/adopted public\.t1_idx/);
    expect((await indexesOf(database()))[0]).toEqual(built);
    await expectFinished(project, database());
  });

  test("the provider alone, during a build: up fails, the next one waits for the server and adopts", async () => {
    const project = await projectOfTwo(database());
    const holder = await holdWrite(database(), "t1");
    const up = project.start(...UP);
    const backend = await blockedBuild(database(), "t1_idx");
    killAll([providerOf(up.pid)]);
    expect((await up.ended).code).not.toBe(0);

    const next = project.start(...UP);
    await next.printed(new RegExp(`(is working on|to finish on) public\\.t1 .*pid ${backend} `));
    await holder.release();
    const { code, text } = await next.ended;
    expect([code, text]).toEqual([0, expect.stringMatching(/adopted public\.t1_idx/)]);
    await expectFinished(project, database());
  });
});

describe("Ctrl-C", () => {
  test("during a build that waits: it is cancelled and cleaned up, the next up finishes", async () => {
    const project = await projectOfTwo(database());
    // An old snapshot holds up the last phase, and not the drop of what is left.
    const client = await database().connect();
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM pg_class LIMIT 1");
    const up = project.start(...UP);
    await blockedBuild(database(), "t1_idx");
    up.interrupt();
    const { code, text } = await up.ended;
    expect(code).not.toBe(0);
    expect(text).toMatch(/cancelled; its INVALID leftover was dropped/);
    expect(await indexNames(database())).toEqual([]);
    expect(await providerSessions(database())).toEqual([]);
    await client.query("ROLLBACK");
    await project.run(...UP);
    await expectFinished(project, database());
  });

  test("while the clean-up waits too: it says what is left, and the next up recovers it", async () => {
    const project = await projectOfTwo(database());
    const holder = await holdWrite(database(), "t1");
    const up = project.start(...UP);
    await blockedBuild(database(), "t1_idx");
    up.interrupt();
    const { code, text } = await up.ended;
    expect(code).not.toBe(0);
    expect(text).toMatch(
      /is left behind, INVALID .*; blocking the clean-up: pid \d+ .*; the next pulumi up removes it/,
    );
    await holder.release();
    expect(await indexNames(database())).toEqual(["INVALID t1_idx"]);
    expect(await project.run(...UP)).toMatch(
      /public\.t1_idx: an interrupted build left it INVALID, .*; DROP INDEX CONCURRENTLY/,
    );
    await expectFinished(project, database());
  });
});
