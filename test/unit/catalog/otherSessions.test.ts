import { describe, expect, test } from "vitest";
import {
  isYieldingAutovacuum,
  type OtherSession,
} from "../../../providers/pgindex/src/engine/catalog/sessions/otherSessions.ts";
import { describeSession } from "../../../providers/pgindex/src/engine/catalog/sessions/sessionDescription.ts";
import { maskStatement } from "../../../providers/pgindex/src/engine/text/maskStatement.ts";
import { SESSION } from "../../support/engine/otherSession.ts";

const MASKED: readonly (readonly [statement: string, masked: string])[] = [
  ["UPDATE t SET a = 'secret' WHERE id = 5", "UPDATE t SET a = '…' WHERE id = …"],
  ["SELECT 'it''s secret', E'secret\\'', N'secret'", "SELECT '…', '…', '…'"],
  ["SELECT U&'secret', B'01', X'ff'", "SELECT '…', '…', '…'"],
  ["SELECT $$secret$$, $tag$ secret $$ $tag$", "SELECT '…', '…'"],
  ["SELECT 12345.678, .5, 0xdeadbeef, 1e9, -7", "SELECT …, …, …, …, -…"],
  ["SELECT $1, t1.c2, a$b$c FROM t1", "SELECT $1, t1.c2, a$b$c FROM t1"],
  ['SELECT "a ""1""", "B-2" FROM "T 3"', 'SELECT "a ""1""", "B-2" FROM "T 3"'],
  ["select 1 -- secret\n, 2", "select … , …"],
  ["/* secret */ ANALYZE t", "ANALYZE t"],
  ["ALTER ROLE x PASSWORD 'secret'", "ALTER ROLE x PASSWORD '…'"],
  ["COMMENT ON TABLE t IS 'secret'", "COMMENT ON TABLE t IS '…'"],
  [
    "ALTER TABLE t ADD COLUMN c text DEFAULT 'secret'",
    "ALTER TABLE t ADD COLUMN c text DEFAULT '…'",
  ],
  ["EXECUTE p('secret')", "EXECUTE p('…')"],
  ["DO $$ BEGIN PERFORM 'secret'; END $$", "DO '…'"],
  // The server cuts a long statement anywhere.
  ["INSERT INTO t VALUES ('abc', 'secr", "INSERT INTO t VALUES ('…', '…'"],
  ["SELECT E'secr\\", "SELECT E'…'"],
  ["SELECT 'secr''", "SELECT '…'"],
  ["SELECT $$secr", "SELECT '…'"],
  ["SELECT 1 /* secr", "SELECT …"],
  ["not even SQL 'secret' 42", "not even SQL '…' …"],
  ["  SELECT\n\t1 ,\n 2 ", "SELECT … , …"],
  ["naïve = 'é' AND 名前1 = 2", "naïve = '…' AND 名前1 = …"],
];

describe("a statement of somebody else is shown on one line, without its constants", () => {
  test.each(MASKED)("%s", (statement, masked) => {
    expect(maskStatement(statement)).toBe(masked);
    expect(maskStatement(statement)).not.toContain("secr");
  });

  test("and cut to a length that fits a line", () => {
    expect(maskStatement(`SELECT ${"a, ".repeat(400)}a`)).toHaveLength(120);
  });

  test("of a hostile length too, quickly", () => {
    // Of its own work, not of the machine's: what takes the square of the length takes minutes.
    const before = process.cpuUsage();
    for (const piece of ["'", "''", "$a$", "$", "/*", "-", '"', "E'\\", "1", "a$"])
      maskStatement(piece.repeat(20_000));
    expect(process.cpuUsage(before).user).toBeLessThan(5_000_000);
  });
});

describe("a session is described for a person", () => {
  test.each<[title: string, change: Partial<OtherSession>, text: string]>([
    ["running", {}, "pid 7 (app, psql, active for 3 s: SELECT …)"],
    ["waiting", { waitSeconds: 1.6 }, "pid 7 (app, psql, waiting for 2 s: SELECT …)"],
    [
      "of another role, whose statement is hidden",
      { state: null, ageSeconds: null, statement: "<insufficient privilege>" },
      "pid 7 (app, psql: <insufficient privilege>)",
    ],
    // PostgreSQL 19: it holds SHARE UPDATE EXCLUSIVE, as VACUUM does, and so counts as at work.
    [
      "rewriting the table concurrently",
      { statement: "REPACK (CONCURRENTLY) public.t" },
      "pid 7 (app, psql, active for 3 s: REPACK (CONCURRENTLY) public.t)",
    ],
    [
      "a background worker",
      { user: null, application: "", state: null, statement: null },
      "pid 7 (running for 3 s)",
    ],
    [
      "waiting for somebody else itself",
      { waitSeconds: 4, behind: "8, 9" },
      "pid 7 (app, psql, waiting for 4 s, itself behind pid 8, 9: SELECT …)",
    ],
    [
      "a prepared transaction",
      { pid: 0, gid: "it's", ageSeconds: 61 },
      "prepared transaction 'it''s' (app, for 61 s; COMMIT PREPARED or ROLLBACK PREPARED ends it)",
    ],
    [
      "a prepared transaction whose age is hidden",
      { pid: 0, gid: "g", ageSeconds: null },
      "prepared transaction 'g' (app, for 0 s; COMMIT PREPARED or ROLLBACK PREPARED ends it)",
    ],
    [
      "one that is hidden, by how long we have seen it",
      { isHidden: true, ageSeconds: 61.4, statement: null },
      "pid 7 (app, psql, for at least 61 s)",
    ],
    [
      "one that is hidden, and was not seen before",
      { isHidden: true, ageSeconds: null, statement: null },
      "pid 7 (app, psql, for at least 0 s)",
    ],
    [
      "one that has ended meanwhile",
      { pid: 0, gid: null },
      "a prepared transaction (see pg_prepared_xacts)",
    ],
  ])("%s", (_title, change, text) => {
    expect(describeSession({ ...SESSION, ...change })).toBe(text);
  });
});

describe("autovacuum gives way", () => {
  const worker = { ...SESSION, backendType: "autovacuum worker" };
  test.each<[title: string, session: OtherSession, expected: boolean]>([
    ["ordinarily", { ...worker, statement: "autovacuum: VACUUM public.t" }, true],
    ["also one that does not say what it does", { ...worker, statement: null }, true],
    [
      "but not against wraparound",
      { ...worker, statement: "autovacuum: VACUUM public.t (to prevent wraparound)" },
      false,
    ],
    ["and a person's VACUUM never", { ...SESSION, statement: "VACUUM t" }, false],
  ])("%s", (_title, session, expected) => expect(isYieldingAutovacuum(session)).toBe(expected));
});
