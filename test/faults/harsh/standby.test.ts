import { chmodSync, cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureIndex } from "../../../providers/pgindex/src/engine/build/ensure.ts";
import { previewIndex } from "../../../providers/pgindex/src/engine/build/preview.ts";
import { dropIndex } from "../../../providers/pgindex/src/engine/drop/drop.ts";
import {
  type IndexOutputs,
  toIndexOutputs,
} from "../../../providers/pgindex/src/engine/record/outputs.ts";
import { refreshIndex } from "../../../providers/pgindex/src/engine/record/refresh.ts";
import type { Database } from "../../../providers/pgindex/src/engine/session/database.ts";
import { verifyIndex } from "../../../providers/pgindex/src/engine/verify/verification.ts";
import { parseVerification } from "../../../providers/pgindex/src/engine/verify/verificationArgs.ts";
import { type EmbeddedServer, startEmbedded } from "../../../tools/embeddedPostgres.ts";
import { declare, failureOf, record, targetOf } from "../../support/engine/engine.ts";
import { stateOf, until } from "../../support/engine/engineDatabase.ts";
import { createDatabase, type TestDatabase, withClient } from "../../support/server/database.ts";
import { useServer } from "../../support/server/ownServer.ts";
import { giveToServers } from "../../support/server/tmpfs.ts";

const primary = useServer({ name: "primary", settings: { fsync: "off" } });
const desired = await declare({ table: "t", name: "t_idx", columns: ["a"] });
const other = await declare({ table: "t", name: "t_b_idx", columns: ["b"] });

let parent: string;
let standby: EmbeddedServer;
let db: TestDatabase;
let outputs: IndexOutputs;
let onStandby: Database;

/**
 * A cold copy, which follows its primary: there is no pg_basebackup among the embedded binaries.
 */
beforeAll(async () => {
  db = await createDatabase(primary().url);
  await db.query("CREATE TABLE t AS SELECT i AS a, i AS b FROM generate_series(1, 5000) i");
  await db.query("ANALYZE t");
  const built = await ensureIndex({ database: targetOf(db.url), desired, ctx: record().ctx });
  outputs = toIndexOutputs(built, desired, []);
  parent = mkdtempSync(join(tmpdir(), "pgindex-standby-"));
  const directory = join(parent, "server");
  await primary().stopImmediately();
  cpSync(primary().directory, directory, { recursive: true });
  rmSync(join(directory, "data", "postmaster.pid"), { force: true });
  await primary().restart();
  const { host, port, user, password } = primary();
  writeFileSync(join(directory, "data", "standby.signal"), "");
  chmodSync(join(directory, "data"), 0o700);
  giveToServers(parent);
  standby = await startEmbedded({
    name: "standby",
    directory,
    settings: {
      fsync: "off",
      primary_conninfo: `host=${host} port=${port} user=${user} password=${password}`,
    },
  });
  const url = new URL(standby.url);
  url.pathname = db.name;
  onStandby = targetOf(url.href);
});
afterAll(async () => {
  await standby?.stop();
  rmSync(parent, { recursive: true, force: true });
});

describe("a standby", () => {
  test("refuses every change, in the preview already, and asks for the primary", async () => {
    const { ctx } = record();
    const changes = [
      previewIndex(onStandby, other),
      ensureIndex({ database: onStandby, desired: other, ctx }),
      dropIndex(onStandby, outputs, ctx),
    ];
    for (const { message } of await Promise.all(changes.map(failureOf))) {
      expect(message).toMatch(/^refused: this server takes no writes\n.*it is a replica/);
      expect(message).toMatch(/fix: connect to the primary\n/);
    }
  });

  test("is refreshed by what the state recorded, with no try on a temporary table", async () => {
    const refreshed = await refreshIndex(onStandby, outputs);
    expect(refreshed).toMatchObject({ valid: true, drift: null, definition: outputs.definition });
  });

  test("is measured: a Verification only reads", async () => {
    const parsed = await parseVerification({
      schema: "public",
      table: "t",
      name: "t_idx",
      definition: outputs.definition,
      builtAt: outputs.builtAt,
      validSince: null,
      served: [{ name: "by a", sql: "SELECT * FROM t WHERE a = $1", values: [7], runs: 2 }],
    });
    if (parsed.kind !== "ok") throw new Error(JSON.stringify(parsed));
    const { report, failures } = await verifyIndex(onStandby, parsed.value, record().ctx);
    expect(failures).toEqual([]);
    expect(report).toMatchObject({
      valid: true,
      ok: true,
      queries: [{ name: "by a", usesIndex: true }],
    });
  });

  test("follows a build of the primary; once promoted it is as good as that", async () => {
    const before = { ...outputs, name: "t_b_idx", oid: 0 };
    expect(await refreshIndex(onStandby, before)).toBeUndefined();
    await ensureIndex({ database: targetOf(db.url), desired: other, ctx: record().ctx });
    await until("the build has arrived", () => refreshIndex(onStandby, before));
    await withClient(standby.url, (client) => client.query("SELECT pg_promote()"));
    const { ctx } = record();
    expect(await previewIndex(onStandby, other)).toContain(
      "builds nothing: a valid index with this definition already exists",
    );
    const third = await declare({ table: "t", name: "t_ab_idx", columns: ["a", "b"] });
    expect(await ensureIndex({ database: onStandby, desired: third, ctx })).toMatchObject({
      adopted: false,
      live: { valid: true },
    });
    await dropIndex(onStandby, outputs, ctx);
    const { url = "" } = onStandby.target;
    const promoted = {
      query: (sql: string, values: readonly unknown[] = []) =>
        withClient(url, async (client) => (await client.query(sql, [...values])).rows),
    } as Pick<TestDatabase, "query">;
    expect(await stateOf(promoted, "t_idx")).toBeUndefined();
    expect(await stateOf(promoted, "t_ab_idx")).toBe("t/t/t");
  });
});
