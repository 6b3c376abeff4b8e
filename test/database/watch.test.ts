import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { run } from "../../providers/pgindex/src/cli/commandLine.ts";
import { holdWrite, settle, until, untilPhase } from "../support/engine/engineDatabase.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";
import { pgindex, SAYS_WHICH } from "../support/tools/cli.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
  await db.query("CREATE TABLE t (a int)");
});
afterAll(() => db.drop());
afterEach(async () => {
  await settle(db);
  await db.query("DROP INDEX IF EXISTS i");
});

/** Watches while it lasts, and keeps what is shown. */
function watch(...args: string[]) {
  const shown: string[] = [];
  const ended = run(["watch", "--interval", "0.1", ...args], {
    stdout: (text) => shown.push(text),
    stderr: (text) => expect(text).toMatch(SAYS_WHICH),
    env: { DATABASE_URL: db.url },
  });
  return { shown, ended };
}

const CONCURRENTLY = "CREATE INDEX CONCURRENTLY i ON t (a)";

async function heldUpBuild(statement = CONCURRENTLY) {
  const writer = await holdWrite(db, "t");
  const builder = await db.connect();
  builder.on("error", () => undefined);
  const building = builder.query(statement);
  const pid = await untilPhase(db, "waiting for writers before build");
  return { writer, building, pid };
}

test("nothing runs: it says so and ends", async () => {
  expect(await pgindex(["watch"], { DATABASE_URL: db.url })).toEqual({
    code: 0,
    out: "no build is running\n",
    err: expect.stringMatching(SAYS_WHICH),
  });
});

test("a build is shown with its phase and with whom it waits for, until it is over", async () => {
  const { writer, building } = await heldUpBuild();
  const { shown, ended } = watch();
  await until("it is shown", async () => shown.length > 1);
  expect(shown[0]).toMatch(/^public\.i: waiting for writers before build, step 2 of 8, /);
  expect(shown[0]).toContain(`waits for pid ${writer.pid} `);
  await writer.release();
  await building;
  expect(await ended).toBe(0);
  expect(shown.at(-2)).toMatch(/^public\.i: built, after [\d.]+ s\n$/);
  expect(shown.at(-1)).toBe("no build is running\n");
});

const REINDEX = "REINDEX INDEX CONCURRENTLY r";

/** How a build ends, as a session of its own runs it; and what is said of it in the end. */
test.each<[how: string, statement: string, said: RegExp]>([
  [
    "cancelled",
    CONCURRENTLY,
    /^public\.i: not built, after .*: it failed or was cancelled; an INVALID public\.i is left behind$/m,
  ],
  [
    "terminated",
    CONCURRENTLY,
    /^public\.i: not built, after .*: its session is gone; an INVALID public\.i is left behind$/m,
  ],
  ["whole", REINDEX, /^public\.r: built, after /m],
  ["cancelled", REINDEX, /^public\.r: not built, after .*; an INVALID public\.r_ccnew is left/m],
])("a build that is %s is not taken for another: %s", async (how, statement, said) => {
  await db.query("CREATE INDEX IF NOT EXISTS r ON t (a)");
  const { writer, building, pid } = await heldUpBuild(statement);
  building.catch(() => undefined);
  const { shown, ended } = watch();
  await until("it is shown", async () => shown.length > 1);
  if (how === "cancelled") await db.query("SELECT pg_cancel_backend($1)", [pid]);
  if (how === "terminated") await db.query("SELECT pg_terminate_backend($1)", [pid]);
  if (how === "whole") await writer.release();
  await building.catch(() => undefined);
  expect(await ended).toBe(how === "whole" ? 0 : 2);
  expect(shown.join("")).toMatch(said);
  await writer.release();
  await db.query("DROP INDEX IF EXISTS r, r_ccnew");
});

test("as JSON, from the next build on", async () => {
  const { shown, ended } = watch("--json", "--wait");
  await until("it waits", async () => shown.length > 0);
  expect(JSON.parse(shown[0] ?? "")).toEqual({ builds: [] });
  const { writer, building } = await heldUpBuild();
  await until("it is shown", async () => shown.at(-1)?.includes('"index":"public.i"'));
  await writer.release();
  await building;
  expect(await ended).toBe(0);
  expect(JSON.parse(shown.at(-1) ?? "")).toMatchObject({
    builds: [],
    ended: [{ index: "public.i", outcome: "built", left: null }],
  });
});

test("a terminal shows each look in the place of the one before", async () => {
  const { writer, building } = await heldUpBuild();
  const drawn: string[] = [];
  const ended = run(["watch", "--interval", "0.1"], {
    stdout: () => {},
    stderr: () => {},
    redraw: (text) => drawn.push(text),
    env: { DATABASE_URL: db.url },
  });
  await until("it is drawn", async () => drawn.length > 1);
  await writer.release();
  await building;
  await ended;
  expect(drawn[0]).toMatch(/^public\.i: waiting/);
});

test("an interval that is none is refused", async () => {
  const { code, err } = await pgindex(["watch", "--interval", "soon"], { DATABASE_URL: db.url });
  expect(code).toBe(1);
  expect(err).toContain("from 0.1 to 3600");
});
