import { cpSync, readFileSync, rmSync, statfsSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureIndex } from "../../../providers/pgindex/src/engine/build/ensure.ts";
import { previewIndex } from "../../../providers/pgindex/src/engine/build/preview.ts";
import type { EmbeddedServer } from "../../../tools/embeddedPostgres.ts";
import {
  declare,
  failureOf,
  type Recorder,
  record,
  targetOf,
} from "../../support/engine/engine.ts";
import { stateOf, until } from "../../support/engine/engineDatabase.ts";
import { createDatabase, type TestDatabase, withClient } from "../../support/server/database.ts";
import { describeUnless, useServer } from "../../support/server/ownServer.ts";
import { giveToServers, mountProblem, mountTmpfs, type Tmpfs } from "../../support/server/tmpfs.ts";

const SIZE = /about (4\d|5\d) MB, its size,/;

async function fillTable(db: TestDatabase): Promise<void> {
  await db.query("CREATE TABLE t (a text)");
  await db.query("INSERT INTO t SELECT repeat(md5(i::text), 3) FROM generate_series(1, 400000) i");
  await db.query("ANALYZE t");
}

describe("a server without room", () => {
  const server = useServer({
    name: "full",
    settings: { fsync: "off", wal_level: "logical", max_wal_size: "32MB", min_wal_size: "32MB" },
  });
  let db: TestDatabase;
  beforeAll(async () => {
    db = await createDatabase(server().url);
    await fillTable(db);
  });

  describeUnless(mountProblem(), "in the tablespace of the index", () => {
    let disk: Tmpfs;
    beforeAll(async () => {
      disk = mountTmpfs(20);
      await db.query(`CREATE TABLESPACE small LOCATION '${disk.directory}'`);
    });
    afterAll(() => disk.unmount());

    test("the leftover goes, its room is free, and the message says what is needed", async () => {
      const desired = await declare({
        table: "t",
        name: "t_idx",
        columns: ["a"],
        tablespace: "small",
      });
      const { ctx } = record();
      const { message } = await failureOf(
        ensureIndex({ database: targetOf(db.url), desired, ctx }),
      );
      expect(message).toMatch(/failed: could not (extend|write) .*No space left on device/);
      expect(message).toMatch(
        /SQLSTATE 53100; HINT: Check free disk space; its INVALID leftover was dropped/,
      );
      expect(message).toMatch(SIZE);
      expect(await stateOf(db, "t_idx")).toBeUndefined();
      const { bfree, blocks } = statfsSync(disk.directory);
      expect(bfree / blocks).toBeGreaterThan(0.95);
    });
  });

  test("for temporary files: the leftover goes, the message names temp_file_limit", async () => {
    await db.query(`ALTER DATABASE ${db.name} SET temp_file_limit = '4MB'`);
    await db.query(`ALTER DATABASE ${db.name} SET maintenance_work_mem = '1MB'`);
    const desired = await declare({ table: "t", name: "t_idx", columns: ["a"] });
    const { ctx } = record();
    const { message } = await failureOf(ensureIndex({ database: targetOf(db.url), desired, ctx }));
    expect(message).toMatch(/SQLSTATE 53400; its INVALID leftover was dropped/);
    expect(message).toMatch(/raise temp_file_limit/);
    expect(message).toMatch(SIZE);
    expect(await stateOf(db, "t_idx")).toBeUndefined();
    await db.query(`ALTER DATABASE ${db.name} RESET ALL`);
  });

  test("for WAL, which a slot that nobody reads keeps: preview and build warn of it", async () => {
    const target = targetOf(db.url);
    const desired = await declare({ table: "t", name: "t_idx", columns: ["a"] });
    await db.query("SELECT pg_create_physical_replication_slot('forgotten', true)");
    const before = await previewIndex(target, desired);
    expect(before.join("\n")).toMatch(
      /needs about (4\d|5\d) MB, and the same again while it sorts/,
    );
    expect(before.join("\n")).not.toContain("forgotten");
    // Twice what would do if a segment had just begun.
    await db.query("CREATE TABLE wal AS SELECT * FROM t UNION ALL SELECT * FROM t");
    await db.query("CHECKPOINT");
    const expected =
      /replication slot forgotten, which retains \d+ MB of WAL, more than max_wal_size/;
    expect((await previewIndex(target, desired)).join("\n")).toMatch(expected);
    const { ctx, lines } = record();
    const { live } = await ensureIndex({ database: target, desired, ctx });
    expect(live.valid).toBe(true);
    // What was estimated is of the right size.
    expect(live.sizeBytes / 2 ** 20).toBeGreaterThan(30);
    expect(live.sizeBytes / 2 ** 20).toBeLessThan(80);
    expect(lines.join("\n")).toMatch(expected);
    await db.query("SELECT pg_drop_replication_slot('forgotten')");
  });
});

describeUnless(mountProblem(), "a disk of the WAL that becomes full", () => {
  const server = useServer({
    name: "wal-full",
    settings: { fsync: "off", max_wal_size: "32MB", min_wal_size: "32MB" },
  });
  let disk: Tmpfs;
  beforeAll(async () => {
    disk = mountTmpfs(400);
    await server().stopImmediately();
    const wal = join(server().directory, "data", "pg_wal");
    const moved = join(disk.directory, "pg_wal");
    cpSync(wal, moved, { recursive: true });
    rmSync(wal, { recursive: true });
    giveToServers(moved);
    symlinkSync(moved, wal);
    await server().restart();
  });
  afterAll(async () => {
    await server().stopImmediately();
    disk.unmount();
  });

  test("may stop the server (PANIC): the build ends valid once there is room", async () => {
    const db = await createDatabase(server().url);
    await fillTable(db);
    await db.query("SELECT pg_create_physical_replication_slot('forgotten', true)");
    // A checkpoint that ended after the measure would free the WAL from before the slot: room
    // enough.
    await db.query("CHECKPOINT");
    const { bsize, blocks, bfree } = statfsSync(disk.directory);
    const lessThanASegment = 4;
    disk.resize(Math.round(((blocks - bfree) * bsize) / 2 ** 20) + lessThanASegment);
    const desired = await declare({ table: "t", name: "t_idx", columns: ["a"] });
    const ensure = () => ensureIndex({ database: targetOf(db.url), desired, ctx: recorder.ctx });
    const recorder = record();
    let ended = false;
    const first = ensure()
      .catch((error: Error) => error)
      .finally(() => {
        ended = true;
      });
    await until("the build is interrupted", async () => ended || isInterrupted(recorder));
    // An ERROR where the room is asked for outside of a critical section: the server lives on then.
    const noRoom = /(PANIC|ERROR): .*No space left on device/;
    await until("the server says why", async () =>
      noRoom.test(readFileSync(server().logFile, "utf8")),
    );
    disk.resize(400);
    await until("the server recovers", async () =>
      withClient(server().url, async () => true).catch(() => startUnlessRunning(server())),
    );
    const outcome = await first;
    // Was it the build's own backend that had no room, the run ends: another try would stop the
    // server again.
    const refused = outcome instanceof Error;
    if (refused) expect(outcome.message).toMatch(/No space left on device/);
    if (refused) expect(outcome.message).toMatch(/fix: free disk space/);
    expect(refused ? await ensure() : outcome).toMatchObject({ live: { valid: true } });
  });
});

function isInterrupted({ lines }: Recorder): boolean {
  return lines.join().includes("interrupted");
}

/** It restarts by itself when one process panics, and gives up when the recovery does too. */
async function startUnlessRunning(server: EmbeddedServer): Promise<false> {
  if (!server.isRunning) await server.restart().catch(() => undefined);
  return false;
}
