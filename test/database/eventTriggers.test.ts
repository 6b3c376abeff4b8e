import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { previewIndex } from "../../providers/pgindex/src/engine/build/preview.ts";
import { dropIndex } from "../../providers/pgindex/src/engine/drop/drop.ts";
import { LockedTableError } from "../../providers/pgindex/src/engine/errors/advice.ts";
import { type Args, declare, failureOf, record, targetOf } from "../support/engine/engine.ts";
import { identityOf, settle, stateOf } from "../support/engine/engineDatabase.ts";
import { leave } from "../support/engine/engineLeftovers.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

let db: TestDatabase;
beforeEach(async () => {
  db = await createDatabase();
  await db.query("CREATE TABLE t (a int, b text)");
  await db.query("INSERT INTO t SELECT i, i FROM generate_series(1, 100) i");
});
afterEach(async () => {
  await settle(db);
  await db.drop();
});

const BASE: Args = { table: "t", name: "t_idx", columns: ["a"] };

async function ensure(args: Args = {}) {
  const recorder = record();
  const desired = await declare({ ...BASE, ...args });
  const ensured = await ensureIndex({ database: targetOf(db.url), desired, ctx: recorder.ctx });
  return { ...recorder, ...ensured };
}

/** Has the server run PL/pgSQL before each statement with this tag. */
async function before(tag: string, body: string): Promise<void> {
  await db.query(`
    CREATE FUNCTION meddle() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN ${body} END $$;
    CREATE EVENT TRIGGER meddle ON ddl_command_start WHEN TAG IN ('${tag}')
    EXECUTE FUNCTION meddle()`);
}

/** The same, for its nth run alone: no transaction that is rolled back takes a sequence back. */
async function beforeOnly(nth: number, tag: string, body: string): Promise<void> {
  await db.query("CREATE SEQUENCE runs");
  await before(tag, `IF nextval('public.runs') = ${nth} THEN ${body} END IF;`);
}

async function runs(): Promise<number> {
  const [row] = await db.query<{ runs: string }>("SELECT last_value AS runs FROM runs");
  return Number(row?.runs);
}

const FORBID = "RAISE EXCEPTION 'no drops on Fridays';";
const LOCKED = "RAISE EXCEPTION USING ERRCODE = 'lock_not_available';";
const END = "PERFORM pg_terminate_backend(pg_backend_pid());";

describe("a drop that an event trigger forbids is told, and not tried again", () => {
  test("the index is unchanged", async () => {
    const { live } = await ensure();
    await before("DROP INDEX", FORBID);
    const recorder = record();
    const dropping = dropIndex(targetOf(db.url), identityOf(live), recorder.ctx);
    const { message } = await failureOf(dropping);
    expect(message).toMatch(
      /^the drop of index public\.t_idx did not finish: no drops on Fridays\n/,
    );
    expect(message).toContain("SQLSTATE P0001; the index is unchanged");
    expect(recorder.lines).toEqual([expect.stringMatching(/^info: dropping public\.t_idx: /)]);
    expect(await stateOf(db, "t_idx")).toBe("t/t/t");
  });

  test("or is half dropped, from an earlier time", async () => {
    const { live } = await ensure();
    await db.query("DROP INDEX t_idx");
    await leave(db, { state: "f/t/t", table: "t", index: "t_idx", body: "(a)" });
    await before("DROP INDEX", FORBID);
    const dropping = dropIndex(targetOf(db.url), identityOf(live), record().ctx);
    expect((await failureOf(dropping)).message).toContain("it is half dropped");
    await db.query("DROP EVENT TRIGGER meddle");
    await dropIndex(targetOf(db.url), identityOf(live), record().ctx);
    expect(await stateOf(db, "t_idx")).toBeUndefined();
  });
});

describe("what happens to the copy on which a declaration is tried", () => {
  const expression = { columns: [{ expression: "lower(b)" }] };
  // A btree on columns alone needs no copy.
  const hash = { accessMethod: "hash" };

  test("somebody locks the table at that moment: it is waited for", async () => {
    await beforeOnly(1, "CREATE TABLE", LOCKED);
    expect(await ensure(hash)).toMatchObject({ adopted: false, live: { valid: true }, lines: [] });
    expect(await runs()).toBeGreaterThan(1);
  });

  test("and where it is compared with what stands, too", async () => {
    await db.query("CREATE INDEX t_idx ON t (upper(b))");
    // A preview asks once more on a session of its own.
    await before("CREATE TABLE", LOCKED);
    const preview = previewIndex(targetOf(db.url), await declare({ ...BASE, ...expression }));
    const failure = await failureOf(preview);
    expect(failure).toBeInstanceOf(LockedTableError);
    expect(failure.message).toMatch(/^cannot verify/);
  });

  test("somebody ends its session: everything is looked at again", async () => {
    await beforeOnly(1, "CREATE TABLE", END);
    const { lines, live } = await ensure(hash);
    expect(live.valid).toBe(true);
    expect(lines[0]).toMatch(/^info: attempt 1 was interrupted \(terminating connection/);
  });
});
