import { describe, expect, test } from "vitest";
import { placeStatements } from "../../../providers/pgindex/src/baseline/split/placing.ts";
import { statementsOf } from "../../../providers/pgindex/src/baseline/split/statements.ts";

const BREAK = "\n--> statement-breakpoint\n";

/** For each statement who runs it, and why where that is not said by its place. */
function placed(...chunks: readonly string[]): string[] {
  return placeStatements(statementsOf("0014_x.sql", chunks.join(BREAK))).map(({ by, need }) =>
    need ? `${by}: ${need}` : by,
  );
}

const ADD = 'ALTER TABLE "users" ADD COLUMN "email" text;';
const UNIQUE = 'CREATE UNIQUE INDEX "users_email" ON "users" USING btree ("email");';

describe("an index on a table in use is built apart", () => {
  test.each([
    ["what drizzle-kit generates", [ADD, UNIQUE], ["runs", "built"]],
    ["without semicolons", [ADD.slice(0, -1), UNIQUE.slice(0, -1)], ["runs", "built"]],
    ["without breakpoints", [`${ADD}\n${UNIQUE}`], ["runs", "built"]],
    ["the old spelling", ['CREATE INDEX IF NOT EXISTS "i" ON "users" ("a");'], ["built"]],
    ["by hand", ["CREATE INDEX CONCURRENTLY i ON users (a)"], ["built"]],
    [
      "in another schema than a new one",
      ['CREATE TABLE "s"."users" (a int);', 'CREATE INDEX "i" ON "users" ("a");'],
      ["runs", "built"],
    ],
    [
      "a table that may be there",
      ["CREATE TABLE IF NOT EXISTS t (a int)", "CREATE INDEX i ON t (a)"],
      ["runs", "built"],
    ],
    [
      "a new partition's parent",
      ["CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)", "CREATE INDEX i ON p (a)"],
      ["runs", "built"],
    ],
    [
      "after it a foreign key to other columns",
      [UNIQUE, 'ALTER TABLE "posts" ADD FOREIGN KEY ("a") REFERENCES "users"("id")'],
      ["built", "runs"],
    ],
    [
      "after it an insert into another table",
      [UNIQUE, "INSERT INTO posts VALUES (1) ON CONFLICT DO NOTHING"],
      ["built", "runs"],
    ],
    [
      "not unique, and an ON CONFLICT",
      ["CREATE INDEX i ON users (email)", "INSERT INTO users VALUES (1) ON CONFLICT DO NOTHING"],
      ["built", "runs"],
    ],
  ])("%s", (_, chunks, expected) => {
    expect(placed(...chunks)).toEqual(expected);
  });
});

describe("an index on a table of the migration's own stays where it is", () => {
  test.each([
    ["a table", ['CREATE TABLE "t" ("a" int);', 'CREATE INDEX "i" ON "public"."t" ("a");']],
    ["renamed", ["CREATE TABLE t (a int)", "ALTER TABLE t RENAME TO u", "CREATE INDEX i ON u (a)"]],
    [
      "moved",
      ["CREATE TABLE t (a int)", "ALTER TABLE t SET SCHEMA s", "CREATE INDEX i ON s.t (a)"],
    ],
    [
      "a partition",
      [
        "CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)",
        "CREATE UNIQUE INDEX i ON p1 (a)",
        "INSERT INTO p1 VALUES (1) ON CONFLICT DO NOTHING",
      ],
    ],
    [
      "a materialized view",
      [
        "CREATE MATERIALIZED VIEW m AS SELECT 1 AS a",
        "CREATE UNIQUE INDEX i ON m (a)",
        "REFRESH MATERIALIZED VIEW CONCURRENTLY m",
      ],
    ],
    ["made of a query", ["CREATE TABLE t AS SELECT 1 AS a", "CREATE INDEX i ON t (a)"]],
  ])("%s", (_, chunks) => {
    expect(placed(...chunks)).toEqual(chunks.map(() => "runs"));
  });
});

describe("an index that a later statement cannot do without is needed there", () => {
  test.each([
    [
      "ALTER TABLE users ADD CONSTRAINT u UNIQUE USING INDEX users_email",
      "makes a constraint of it",
    ],
    ["ALTER TABLE users REPLICA IDENTITY USING INDEX users_email", "makes it the replica identity"],
    ["CLUSTER users USING users_email", "orders the table by it"],
    ["ALTER TABLE users CLUSTER ON users_email", "orders the table by it"],
    [
      'ALTER TABLE "a" ADD CONSTRAINT "f" FOREIGN KEY ("e") REFERENCES "public"."users"("email")',
      "makes a foreign key to its columns",
    ],
    ["CREATE TABLE a (e text REFERENCES users (email))", "makes a foreign key to its columns"],
    ["INSERT INTO users VALUES ('a') ON CONFLICT (email) DO NOTHING", "inserts with ON CONFLICT"],
    [
      "WITH i AS (INSERT INTO users VALUES ('a') ON CONFLICT DO NOTHING RETURNING 1) SELECT 1",
      "inserts with ON CONFLICT",
    ],
    [
      "DO $$ BEGIN INSERT INTO users VALUES ('a') ON CONFLICT DO NOTHING; END $$",
      "may insert with ON CONFLICT",
    ],
    [
      "REFRESH MATERIALIZED VIEW CONCURRENTLY users",
      "refreshes the materialized view CONCURRENTLY",
    ],
  ])("%s", (later, why) => {
    const [first, second] = placed(UNIQUE, later);
    expect(first).toContain(`needed: 0014_x.sql:3 ${why}: ${later.slice(0, 40)}`);
    expect(second).toBe("runs");
  });
});

test("a statement is named by its line, in a file of any text", () => {
  const sql = `-- Größe ünd\n${ADD}${BREAK}-- für ß\n${UNIQUE}${BREAK}SELECT 'ß'`;
  const statements = statementsOf("f.sql", sql);
  expect(statements.map(({ place }) => place)).toEqual(["f.sql:2", "f.sql:5", "f.sql:7"]);
  expect(statements.map((it) => it.sql)).toEqual([ADD, UNIQUE, "SELECT 'ß'"].map(unended));
});

const unended = (sql: string) => sql.replace(/;$/, "");

test("SQL that cannot be read is refused with its line", () => {
  expect(() => statementsOf("f.sql", `${ADD}${BREAK}\nCREATE INDEXES`)).toThrow(
    /cannot read the SQL at f\.sql:4/,
  );
});
