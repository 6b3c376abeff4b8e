import { afterAll, beforeAll, expect, test } from "vitest";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";
import { pgindex, SAYS_WHICH } from "../support/tools/cli.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
  await db.query(`
    CREATE SCHEMA app;
    CREATE TABLE users (id int PRIMARY KEY, email text, active boolean);
    CREATE TABLE app.users (id int);
    CREATE TABLE app."a.b" (id int);
    CREATE UNIQUE INDEX users_email ON users (lower(email)) WHERE active;
    CREATE INDEX by_id ON users (id DESC);
    CREATE INDEX by_id ON app.users (id);
    CREATE INDEX dotted ON app."a.b" (id)`);
});
afterAll(() => db.drop());

const PROGRAM = `// Written by pgindex import.
// Not declared: public.users_pkey on public.users backs the constraint users_pkey.
import * as pgindex from "pulumi-pgindex";

new pgindex.Index("dotted", {
  schema: "app",
  table: "a.b",
  name: "dotted",
  columns: ["id"],
});

new pgindex.Index("app.by_id", {
  schema: "app",
  table: "users",
  name: "by_id",
  columns: ["id"],
});

new pgindex.Index("public.by_id", {
  table: "users",
  name: "by_id",
  columns: [{ column: "id", order: "desc" }],
});

new pgindex.Index("users_email", {
  table: "users",
  name: "users_email",
  columns: [{ expression: "lower(email)" }],
  unique: true,
  predicate: "active",
});
`;

test("a database becomes a program", async () => {
  const result = await pgindex(["import"], { DATABASE_URL: db.url });
  expect(result).toEqual({ code: 0, out: PROGRAM, err: expect.stringMatching(SAYS_WHICH) });
});

test("a part of it, of a URL in another variable, as JSON", async () => {
  const args = ["import", "--json", "--database-url-env", "OTHER_URL"];
  const names = async (...more: string[]) => {
    const { out } = await pgindex([...args, ...more], { OTHER_URL: db.url });
    return JSON.parse(out).indexes.map(({ name }: { name: string }) => name);
  };
  expect(await names("--schema", "app")).toEqual(["dotted", "by_id"]);
  expect(await names("--table", "users")).toEqual(["by_id", "by_id", "users_email"]);
  expect(await names("--table", "app.users", "--table", 'app."a.b"')).toEqual(["dotted", "by_id"]);
});

test("a database that cannot be reached is named without its password", async () => {
  const url = new URL(db.url);
  url.password = "s3cret";
  url.pathname = "/nowhere";
  const { code, out, err } = await pgindex(["import"], { DATABASE_URL: url.href });
  expect({ code, out }).toEqual({ code: 3, out: "" });
  expect(err).toMatch(/nowhere.*\n {2}why: /s);
  expect(err).not.toContain("s3cret");
});

test("of more than fifty that are left out for one reason, the others are counted", async () => {
  const many = await createDatabase();
  try {
    for (let i = 1; i <= 53; i += 1) await many.query(`CREATE TABLE t${i} (id int PRIMARY KEY)`);
    const { out } = await pgindex(["import"], { DATABASE_URL: many.url });
    const left = out.split("\n").filter((line) => line.startsWith("// "));
    expect(left.filter((line) => line.startsWith("// Not declared"))).toHaveLength(50);
    expect(left.at(-1)).toBe("// And 3 more like the last (--json names each).");
    const json = JSON.parse((await pgindex(["import", "--json"], { DATABASE_URL: many.url })).out);
    expect(json.skipped).toHaveLength(53);
  } finally {
    await many.drop();
  }
});
