import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import { ensureIndex } from "../../../providers/pgindex/src/engine/build/ensure.ts";
import { dropIndex } from "../../../providers/pgindex/src/engine/drop/drop.ts";
import { declare, record, targetOf } from "../../support/engine/engine.ts";
import {
  type Holder,
  holdSnapshot,
  holdWrite,
  identityOf,
  stateOf,
  until,
  untilPhase,
  untilWaiting,
} from "../../support/engine/engineDatabase.ts";
import { createDatabase, type TestDatabase } from "../../support/server/database.ts";
import { useServer } from "../../support/server/ownServer.ts";

const server = useServer({ name: "killed", settings: { fsync: "off" } });

async function databaseWithTable(): Promise<TestDatabase> {
  const db = await createDatabase(server().url);
  await db.query("CREATE TABLE t (a int, b int)");
  await db.query("INSERT INTO t SELECT i, i FROM generate_series(1, 1000) i");
  return db;
}

/** Every session of before is gone. */
async function connectAgain({ url }: TestDatabase): Promise<Pick<TestDatabase, "query">> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  onTestFinished(() => client.end());
  return { query: async (sql, values = []) => (await client.query(sql, [...values])).rows };
}

/**
 * One backend that dies takes all others along: nobody knows what it has done to the memory that
 * they share.
 */
async function killBackend(pid: number): Promise<void> {
  process.kill(pid, "SIGKILL");
}

/** The old backends have to notice and end before a new server may start on their data. */
async function killServer(): Promise<void> {
  process.kill(server().pid, "SIGKILL");
}

async function startAgain(): Promise<void> {
  await until("the server starts again", () =>
    server()
      .restart()
      .then(
        () => true,
        () => false,
      ),
  );
}

interface Case {
  readonly what: string;
  readonly phase: string;
  readonly left: string;
  readonly hold: (db: TestDatabase) => Promise<Holder>;
  readonly kill: (builder: number) => Promise<void>;
  readonly after: () => Promise<void>;
}

const BEFORE = {
  phase: "waiting for writers before build",
  left: "f/f/t",
  hold: (db: TestDatabase) => holdWrite(db, "t"),
};
const AFTER = { phase: "waiting for old snapshots", left: "f/t/t", hold: holdSnapshot };
const CASES: readonly Case[] = [BEFORE, AFTER].flatMap((phase) => [
  { ...phase, what: "the building backend", kill: killBackend, after: async () => {} },
  { ...phase, what: "the server", kill: killServer, after: startAgain },
]);

test.each(CASES)("SIGKILL of $what while $phase: the build ends valid", async (item) => {
  const db = await databaseWithTable();
  await item.hold(db);
  const { ctx, lines } = record();
  const desired = await declare({ table: "t", name: "t_idx", columns: ["a"] });
  const ensuring = ensureIndex({ database: targetOf(db.url), desired, ctx });
  const builder = await untilPhase(db, item.phase);
  expect(await stateOf(db, "t_idx")).toBe(item.left);
  await item.kill(builder);
  await until("it is noticed", async () => lines.length > 0);
  await item.after();
  expect(await ensuring).toMatchObject({ adopted: false, live: { valid: true } });

  const again = await connectAgain(db);
  expect(await stateOf(again, "t_idx")).toBe("t/t/t");
  const indexes = await again.query(
    "SELECT indexrelid FROM pg_index WHERE indrelid = 't'::regclass",
  );
  expect(indexes).toHaveLength(1);
  expect(lines[0]).toMatch(/^info: attempt 1 was interrupted \(.*terminated.*\); trying again$/);
  expect(lines.join("\n")).toContain("an interrupted build left it INVALID");
});

test("SIGKILL of the server in the middle of a drop: the drop is finished", async () => {
  const db = await databaseWithTable();
  const target = targetOf(db.url);
  const desired = await declare({ table: "t", name: "t_idx", columns: ["a"] });
  const { live } = await ensureIndex({ database: target, desired, ctx: record().ctx });
  await holdWrite(db, "t");
  const { ctx, lines } = record();
  const dropping = dropIndex(target, identityOf(live), ctx);
  await untilWaiting(db, "DROP INDEX CONCURRENTLY");
  const dropped = `t_idx_pgindex_drop_${live.oid}`;
  expect(await stateOf(db, dropped)).toBe("f/t/t");
  await killServer();
  await until("it is noticed", async () => lines.join().includes("interrupted"));
  await startAgain();
  await dropping;
  const again = await connectAgain(db);
  expect(await stateOf(again, dropped)).toBeUndefined();
  expect(await stateOf(again, "t_idx")).toBeUndefined();
});
