import { afterAll, beforeAll, expect, test } from "vitest";
import { lookAhead } from "../../providers/pgindex/src/engine/build/preview.ts";
import { observe } from "../../providers/pgindex/src/engine/catalog/indexes.ts";
import { foreseeBareKeys } from "../../providers/pgindex/src/engine/foresight/served/foreignKeys.ts";
import { readOnce } from "../../providers/pgindex/src/engine/look/readOnce.ts";
import { forgetLooks } from "../../providers/pgindex/src/engine/look/withLook.ts";
import type { Session } from "../../providers/pgindex/src/engine/session/session.ts";
import { withObserver } from "../../providers/pgindex/src/engine/session/workspace.ts";
import { closeIdleSessions } from "../../providers/pgindex/src/engine/slots/slotReservation.ts";
import { readUsage } from "../../providers/pgindex/src/engine/verify/usage.ts";
import { type Args, declare, targetOf } from "../support/engine/engine.ts";
import { expectNothingOpen } from "../support/engine/engineDatabase.ts";
import { holdWrite, markInvalid } from "../support/pulumi/pulumiDatabase.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

let db: TestDatabase;
const SCHEMA = [
  // So few that nobody is told of the traffic, which the server counts a moment later.
  "CREATE TABLE t (a int, b varchar(9), c timestamptz, d text[], e text)",
  "INSERT INTO t SELECT n, n, now(), ARRAY[n::text], n FROM generate_series(1, 900) n",
  "CREATE TABLE twice (a int)",
  "INSERT INTO twice VALUES (1), (1)",
  "CREATE TABLE parts (a int, b int) PARTITION BY RANGE (a)",
  "CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (100)",
  "CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (100) TO (200)",
  "CREATE TABLE held (a int, b int)",
  "CREATE VIEW v AS SELECT a FROM t",
  "CREATE INDEX t_same ON t (a, c)",
  "CREATE INDEX t_other ON t (c)",
  "CREATE INDEX t_invalid ON t (b)",
  "CREATE INDEX t_partial ON t (a) WHERE e IS NOT NULL",
  "CREATE SEQUENCE t_taken",
  "CREATE INDEX t_marked ON t (e)",
  "COMMENT ON INDEX t_marked IS 'ours [pgindex 1 id=0123456789ab db=00000000 built urn:pulumi:x]'",
  "ANALYZE",
];
beforeAll(async () => {
  db = await createDatabase();
  for (const statement of SCHEMA) await db.query(statement);
  await markInvalid(db, "t_invalid");
});
afterAll(async () => {
  forgetLooks();
  await closeIdleSessions();
  await expectNothingOpen(db);
  await db.drop();
});

/** What a preview may meet, one of each kind. */
const CASES: readonly Args[] = [
  { table: "t", name: "t_new", columns: ["a", { column: "c", order: "desc" }] },
  { table: "t", name: "t_expression", columns: [{ expression: "lower(b)" }] },
  { table: "t", name: "t_gin", columns: ["d"], accessMethod: "gin" },
  { table: "t", name: "t_unique", columns: ["a"], unique: true },
  { table: "twice", name: "twice_unique", columns: ["a"], unique: true },
  { table: "t", name: "t_same", columns: ["a", "c"] },
  { table: "t", name: "t_other", columns: ["a"] },
  { table: "t", name: "t_invalid", columns: ["b"] },
  { table: "t", name: "t_partial", columns: ["a"], predicate: "e IS NOT NULL" },
  { table: "t", name: "t_taken", columns: ["a"] },
  { table: "t", name: "t_marked", columns: ["e"] },
  { table: "t", name: "t_missing", columns: ["nowhere"] },
  { table: "t", name: "t_broken", columns: ["a"], predicate: "nowhere > 1" },
  { table: "nowhere", name: "n_idx", columns: ["a"] },
  { table: "v", name: "v_idx", columns: ["a"] },
  { table: "parts", name: "parts_idx", columns: ["b"] },
  { table: "held", name: "held_idx", columns: ["b"] },
  { table: "t", name: "t_tablespace", columns: ["a"], tablespace: "nowhere" },
];

async function outcome(args: Args, mayBeShared: boolean): Promise<unknown> {
  const look = lookAhead(targetOf(db.url), await declare(args), { mayBeShared });
  return look.then(
    // How long a transaction has been open is another figure a moment later.
    ({ lines, facts, builds, canonical }) => ({
      lines: lines.map((line) => line.replaceAll(/\d+ s\b/g, "… s")),
      facts,
      builds,
      canonical,
    }),
    ({ message }: Error) => ({ message }),
  );
}

test("who shares a look is told what he is told alone", async () => {
  const holder = await holdWrite(db, "held");
  try {
    const alone: unknown[] = [];
    for (const args of CASES) {
      forgetLooks();
      alone.push(await outcome(args, false));
    }
    // The first ask for themselves, all others share.
    const shared = await Promise.all(
      Array.from({ length: 3 }, () => CASES).flatMap((cases) =>
        cases.map((args) => outcome(args, true)),
      ),
    );
    for (const [i, told] of shared.entries()) {
      const of = CASES[i % CASES.length];
      expect({ of, told }).toEqual({ of, told: alone[i % CASES.length] });
    }
    expect(JSON.stringify(alone.at(-2))).toContain(`pid ${holder.pid}`);
  } finally {
    await holder.release();
  }
});

test("what was read before does not hold after a change of our own, and refuses nothing", async () => {
  const args = { table: "later", name: "later_idx", columns: ["a"] };
  const asked = () => Promise.all(Array.from({ length: 12 }, () => outcome(args, true)));
  expect(await asked()).toEqual(Array(12).fill({ message: expect.stringMatching(/later/) }));
  await db.query("CREATE TABLE later (a int)");
  expect(await asked()).toEqual(Array(12).fill(expect.objectContaining({ builds: true })));
  await db.query("CREATE INDEX later_idx ON later (a)");
  forgetLooks();
  expect(await asked()).toEqual(Array(12).fill(expect.objectContaining({ builds: false })));
});

test("a status reads for many what it reads for one", async () => {
  const database = targetOf(db.url);
  await db.query(`
    CREATE INDEX parts_a ON parts (a);
    CREATE TABLE referenced (id int PRIMARY KEY);
    CREATE TABLE referencing (id int REFERENCES referenced, at int REFERENCES referenced);
    CREATE INDEX referencing_id ON referencing (id);
    CREATE INDEX referencing_at ON referencing (at);
    CREATE INDEX referencing_at_id ON referencing (at, id)`);
  await db.query("SET enable_seqscan = off; SELECT FROM t WHERE a = 7; RESET enable_seqscan");
  await withObserver(database, { purpose: "status", writable: false }, async (observer) => {
    const names = ["t_same", "t_invalid", "parts_a", "nowhere", "referencing_id", "referencing_at"];
    const read = async (session: Session, name: string) => {
      const observed = await observe(session, { schema: "public", name });
      const found = observed.kind === "index" ? [observed.index] : [];
      return {
        usage: await readUsage(session, { schema: "public", name }),
        bare: await foreseeBareKeys(session, found),
      };
    };
    const alone = [];
    for (const name of names) alone.push(await read(observer, name));
    expect(alone.map(({ bare }) => bare.length)).toEqual([0, 0, 0, 0, 1, 0]);
    expect(alone.map(({ usage }) => usage !== undefined)).toEqual([
      ...[true, true, true, false, true, true],
    ]);
    const session = readOnce(observer).part();
    // The first ten ask for themselves.
    for (let round = 1; round <= 4; round += 1)
      for (const [i, name] of names.entries()) expect(await read(session, name)).toEqual(alone[i]);
  });
});
