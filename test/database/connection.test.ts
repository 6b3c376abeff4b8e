import net from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { previewIndex } from "../../providers/pgindex/src/engine/build/preview.ts";
import { dropIndex } from "../../providers/pgindex/src/engine/drop/drop.ts";
import { toIndexOutputs } from "../../providers/pgindex/src/engine/record/outputs.ts";
import { refreshIndex } from "../../providers/pgindex/src/engine/record/refresh.ts";
import type { Database } from "../../providers/pgindex/src/engine/session/database.ts";
import {
  declare,
  failureOf,
  liveIndex,
  record,
  SOMEWHERE,
  targetOf,
} from "../support/engine/engine.ts";
import { expectNothingOpen, identityOf, oidOf } from "../support/engine/engineDatabase.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
  await db.query("CREATE TABLE t (a int)");
});
afterAll(async () => {
  await expectNothingOpen(db);
  await db.drop();
});

const PASSWORD = "n0t-the-passw0rd";
const desired = await declare({ table: "t", name: "t_idx", columns: ["a"] });

function urlWith(change: (url: URL) => void): string {
  const url = new URL(db.url);
  url.password = PASSWORD;
  change(url);
  return url.href;
}

/** A port on which nobody listens: it was free a moment ago. */
async function closedPort(): Promise<number> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** What every operation says of a target; they must agree. */
async function failures(target: Database): Promise<string[]> {
  const { ctx } = record();
  const live = liveIndex({ name: "t_idx", table: "t" });
  const outputs = toIndexOutputs(
    { live, adopted: true, verifiedAt: "", database: SOMEWHERE },
    desired,
    [],
  );
  const all = [
    previewIndex(target, desired),
    ensureIndex({ database: target, desired, ctx }),
    refreshIndex(target, outputs),
    dropIndex(target, identityOf(live), ctx),
  ];
  return (await Promise.all(all.map(failureOf))).map(({ message }) => message);
}

describe("a failed connection gives every operation one message, without the password", () => {
  test("wrong password", async () => {
    for (const message of await failures(targetOf(urlWith(() => {})))) {
      expect(message).toMatch(
        /cannot connect to .* as postgres\n +why: password authentication failed/,
      );
      expect(message).toMatch(/fix: correct the user and password/);
      expect(message).not.toContain(PASSWORD);
    }
  });

  test("nobody listens", async () => {
    const port = String(await closedPort());
    const target = targetOf(urlWith((url) => Object.assign(url, { hostname: "127.0.0.1", port })));
    for (const message of await failures(target)) {
      expect(message).toMatch(
        new RegExp(`cannot connect to 127\\.0\\.0\\.1:${port}/.*\n +why: nothing listens there`),
      );
      expect(message).not.toContain(PASSWORD);
    }
  });

  test("a host that does not resolve", async () => {
    const target = targetOf(
      urlWith((url) => Object.assign(url, { hostname: "no-such-host.invalid" })),
    );
    for (const message of await failures(target)) expect(message).toMatch(/does not resolve/);
  });

  test("a database that does not exist", async () => {
    const url = new URL(db.url);
    url.pathname = "/nosuch";
    for (const message of await failures(targetOf(url.href))) {
      expect(message).toMatch(
        /why: database "nosuch" does not exist\n +fix: check the database name/,
      );
    }
  });
});

describe("a server that takes no writes", () => {
  test("is refused for changes, in the preview already; a refresh works", async () => {
    const built = await ensureIndex({ database: targetOf(db.url), desired, ctx: record().ctx });
    const outputs = toIndexOutputs(built, desired, []);
    await db.query(`ALTER DATABASE ${db.name} SET default_transaction_read_only = on`);
    const { ctx } = record();
    const target = targetOf(db.url);
    const changes = [
      previewIndex(target, desired),
      ensureIndex({ database: target, desired, ctx }),
      dropIndex(target, identityOf(built.live), ctx),
    ];
    for (const { message } of await Promise.all(changes.map(failureOf))) {
      expect(message).toMatch(
        /refused: this server takes no writes\n.*default_transaction_read_only.*\n +fix: connect to the primary/,
      );
    }
    expect(await refreshIndex(target, outputs)).toEqual(outputs);
    expect(await oidOf(db, "t_idx")).toBe(built.live.oid);
    await db.query(`ALTER DATABASE ${db.name} RESET default_transaction_read_only`);
  });
});
