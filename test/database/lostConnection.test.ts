// How a connection was lost is what people are told, also by the statement after it.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { isConnectionLoss, sqlState } from "../../providers/pgindex/src/engine/errors/sqlstate.ts";
import { openSession, type Session } from "../../providers/pgindex/src/engine/session/session.ts";
import { targetOf } from "../support/engine/engine.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

let db: TestDatabase;
let session: Session;
beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db.drop());

beforeEach(async () => {
  session = await openSession(targetOf(db.url), {
    purpose: "test",
    writable: false,
    searchPath: [],
    answerWithinMs: 500,
  });
});
afterEach(() => session.close());

const LOSSES: readonly (readonly [title: string, lose: () => Promise<unknown>, told: RegExp])[] = [
  [
    "no answer",
    () => session.query("SELECT pg_catalog.pg_sleep(3)"),
    /^no answer for 0\.5 s: the connection counts as lost$/,
  ],
  [
    "ended by somebody",
    () => session.query("SELECT pg_catalog.pg_terminate_backend(pg_catalog.pg_backend_pid())"),
    /terminating connection due to administrator command$/,
  ],
];
test.each(LOSSES)("%s: the statement says so, and each one after it", async (_, lose, told) => {
  await expect(lose()).rejects.toThrow(told);
  for (let i = 0; i < 2; i += 1) {
    const later = await session.query("ROLLBACK").catch((error: unknown) => error);
    expect(later).toMatchObject({ message: expect.stringMatching(told) });
    // The server has not answered this one.
    expect([isConnectionLoss(later), sqlState(later)]).toEqual([true, undefined]);
  }
});

test("an error that a function has made up is not the reason of a loss", async () => {
  const raise = "DO $$ BEGIN RAISE EXCEPTION 'made up' USING ERRCODE = '57P01'; END $$";
  await expect(session.query(raise)).rejects.toThrow("made up");
  await expect(session.query("SELECT pg_catalog.pg_sleep(3)")).rejects.toThrow(/^no answer/);
});
