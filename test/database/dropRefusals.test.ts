import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import type { IndexIdentity } from "../../providers/pgindex/src/engine/compare/identity.ts";
import { dropIndex } from "../../providers/pgindex/src/engine/drop/drop.ts";
import {
  type Args,
  declare,
  failureOf,
  type Recorder,
  record,
  targetOf,
} from "../support/engine/engine.ts";
import {
  hold,
  identityOf,
  oidOf,
  settle,
  stateOf,
  until,
} from "../support/engine/engineDatabase.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

let db: TestDatabase;
let identity: IndexIdentity;

beforeEach(async () => {
  db = await createDatabase();
  await db.query("CREATE TABLE t (a int, b int)");
  await db.query("INSERT INTO t SELECT i, i FROM generate_series(1, 1000) i");
  identity = identityOf(await build());
});
afterEach(async () => {
  await settle(db);
  await db.drop();
});

async function build(args: Args = {}) {
  const desired = await declare({ table: "t", name: "t_idx", columns: ["a"], ...args });
  return (await ensureIndex({ database: targetOf(db.url), desired, ctx: record().ctx })).live;
}

function drop(recorder: Recorder = record()): Promise<void> {
  return dropIndex(targetOf(db.url), identity, recorder.ctx);
}

/** Drops what stands and puts this in its place. */
async function replace(...statements: string[]): Promise<void> {
  await db.query("DROP INDEX t_idx");
  for (const statement of statements) await db.query(statement);
}

describe("an index that is not what we built is refused, and stays", () => {
  test.each<[title: string, statements: string[], message: RegExp]>([
    [
      "another definition",
      ["CREATE INDEX t_idx ON t (b)"],
      /the index that now has that name is not the one this stack built: columns: built a .*, found b /,
    ],
    ["unique now", ["CREATE UNIQUE INDEX t_idx ON t (a)"], /unique: built none, found true/],
    [
      "on another table",
      ["CREATE TABLE other (a int)", "CREATE INDEX t_idx ON other (a)"],
      /it is on table other/,
    ],
  ])("%s", async (_title, statements, message) => {
    await replace(...statements);
    const oid = await oidOf(db, "t_idx");
    const failure = await failureOf(drop());
    expect(failure.message).toMatch(/^refused to drop index public\.t_idx\n/);
    expect(failure.message).toMatch(message);
    expect(failure.message).toMatch(/pulumi state delete/);
    expect(await oidOf(db, "t_idx")).toBe(oid);
  });

  test("also when it was put there while we waited for our turn", async () => {
    const holder = await hold(db, "BEGIN", "LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE");
    const recorder = record();
    const dropping = failureOf(drop(recorder));
    await until("it waits", async () => recorder.statuses.join().includes(`pid ${holder.pid} `));
    await holder.client.query("DROP INDEX t_idx; CREATE INDEX t_idx ON t (b); COMMIT");
    expect((await dropping).message).toMatch(/^refused to drop index[\s\S]*found b /);
    expect(await stateOf(db, "t_idx")).toBe("t/t/t");
  });

  test("what serves a constraint", async () => {
    await db.query("DROP INDEX t_idx");
    identity = identityOf(await build({ unique: true }));
    await db.query("ALTER TABLE t ADD CONSTRAINT t_idx UNIQUE USING INDEX t_idx");
    const { message } = await failureOf(drop());
    expect(message).toMatch(
      /backs the constraint t_idx of public\.t\n.*ALTER TABLE "public"\."t" DROP CONSTRAINT/,
    );
    expect(await stateOf(db, "t_idx")).toBe("t/t/t");
  });

  test("the replica identity; the advice helps", async () => {
    await db.query("DROP INDEX t_idx; ALTER TABLE t ALTER a SET NOT NULL");
    identity = identityOf(await build({ unique: true }));
    await db.query("ALTER TABLE t REPLICA IDENTITY USING INDEX t_idx");
    const { message } = await failureOf(drop());
    expect(message).toMatch(/is the replica identity of public\.t/);
    expect(await stateOf(db, "t_idx")).toBe("t/t/t");
    await db.query(/fix: .*?(ALTER TABLE .*);/.exec(message)?.[1] ?? message);
    await drop();
    expect(await stateOf(db, "t_idx")).toBeUndefined();
  });

  test("what a foreign key needs: refused before PostgreSQL would, once", async () => {
    await db.query("DROP INDEX t_idx");
    identity = identityOf(await build({ unique: true }));
    await db.query("CREATE TABLE child (a int REFERENCES t (a))");
    const recorder = record();
    const { message } = await failureOf(drop(recorder));
    expect(message).toMatch(
      /^refused to drop index public\.t_idx\n.*a foreign key references it.*\n.*drop the foreign key first.*\n.*pulumi state delete/,
    );
    expect(recorder.lines).toEqual([]);
    expect(await stateOf(db, "t_idx")).toBe("t/t/t");
    await db.query("ALTER TABLE child DROP CONSTRAINT child_a_fkey");
    await drop();
    expect(await stateOf(db, "t_idx")).toBeUndefined();
  });
});
