import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { readIndex } from "../../providers/pgindex/src/engine/catalog/indexes.ts";
import { canonicalize } from "../../providers/pgindex/src/engine/compare/forms/canonicalize.ts";
import { adoptLiveSpelling } from "../../providers/pgindex/src/engine/compare/liveSpelling.ts";
import { openSession, type Session } from "../../providers/pgindex/src/engine/session/session.ts";
import { declare, targetOf } from "../support/engine/engine.ts";
import { hold, oidOf, settle } from "../support/engine/engineDatabase.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

let db: TestDatabase;
let session: Session;
beforeAll(async () => {
  db = await createDatabase();
  await db.query("CREATE TABLE t (a varchar, b int)");
  await db.query("CREATE FUNCTION f(t) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1.b'");
  await db.query("CREATE INDEX plain_idx ON t (b) WHERE a IN ('x', 'y')");
  await db.query("CREATE INDEX row_idx ON t (b) WHERE f(t.*) > 0");
});
afterAll(() => db.drop());

beforeEach(async () => {
  const options = { purpose: "respell", searchPath: [], writable: true };
  session = await openSession(targetOf(db.url), options);
});
afterEach(async () => {
  await session.close();
  await settle(db);
});

/** The declared form, and what becomes of it beside the index that stands. */
async function respelled(name: string, predicate: string, before?: () => Promise<unknown>) {
  const live = await readIndex(session, (await oidOf(db, name)) ?? 0);
  const desired = await declare({ table: "t", name, columns: ["b"], predicate });
  const declared = await canonicalize(session, desired);
  if (!live || declared.kind !== "ok") throw new Error(`cannot compare ${name}`);
  await before?.();
  const found = await adoptLiveSpelling(session, desired, declared.canonical, live);
  return { found, declared, live };
}

const COPIED = "(a)::text = ANY ((ARRAY['x'::varchar, 'y'::varchar])::text[])";

test("what was copied from a dump takes the spelling of the index", async () => {
  const { found, declared, live } = await respelled("plain_idx", COPIED);
  expect(declared.canonical.predicate).not.toBe(live.canonical.predicate);
  const { predicate } = live.canonical;
  expect(found).toEqual({ kind: "ok", canonical: { ...declared.canonical, predicate } });
});

test("another meaning keeps its own", async () => {
  const { found, declared } = await respelled("plain_idx", "a IN ('x', 'z')");
  expect(found).toEqual({ kind: "ok", canonical: declared.canonical });
});

test("an index that cannot be built on a copy of the table has no other spelling", async () => {
  const { found, declared } = await respelled("row_idx", "b > 0");
  expect(found).toEqual({ kind: "ok", canonical: declared.canonical });
});

test("an index that is dropped at this moment has none either", async () => {
  const drop = () => db.query("DROP INDEX gone_idx");
  await db.query("CREATE INDEX gone_idx ON t (b) WHERE a IN ('x', 'y')");
  const { found, declared } = await respelled("gone_idx", COPIED, drop);
  expect(found).toEqual({ kind: "ok", canonical: declared.canonical });
});

test("a table that is locked at this moment leaves the question open", async () => {
  const lock = () => hold(db, "BEGIN", "LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
  const { found } = await respelled("plain_idx", COPIED, lock);
  expect(found).toEqual({ kind: "cannotVerify", obstacle: "locked" });
});
