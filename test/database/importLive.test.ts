import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { observe } from "../../providers/pgindex/src/engine/catalog/indexes.ts";
import { differencesOf } from "../../providers/pgindex/src/engine/compare/differences.ts";
import { canonicalize } from "../../providers/pgindex/src/engine/compare/forms/canonicalize.ts";
import type { Session } from "../../providers/pgindex/src/engine/session/session.ts";
import { withObserver } from "../../providers/pgindex/src/engine/session/workspace.ts";
import { type IndexDeclaration, schemaOf } from "../../providers/pgindex/src/import/declaration.ts";
import type { Selection } from "../../providers/pgindex/src/import/live/liveCatalog.ts";
import {
  type LiveIndexes,
  readLiveIndexes,
} from "../../providers/pgindex/src/import/live/liveIndexes.ts";
import { declare, failureOf, record, targetOf } from "../support/engine/engine.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";
import { ELSEWHERE, ON_DOCS, SCHEMA, SINCE } from "./importDefinitions.ts";

let db: TestDatabase;
let everything: LiveIndexes;
beforeAll(async () => {
  db = await createDatabase();
  for (const statement of [...SCHEMA, ...STATEMENTS, ...NOT_DECLARED]) await db.query(statement);
  everything = await read();
}, 300_000);
afterAll(() => db.drop());

const isThere = (definition: string) => inject("server").versionNumber >= (SINCE[definition] ?? 0);
const STATEMENTS = [
  ...ON_DOCS.filter(isThere).map((body, i) => `CREATE INDEX docs_${i} ON app.docs ${body}`),
  ...ELSEWHERE.filter(isThere),
];

/** What is there and is not declared, because something else is. */
const NOT_DECLARED = [
  "CREATE TABLE keys (id int PRIMARY KEY, email text CONSTRAINT one_email UNIQUE, r " +
    "int4range, EXCLUDE USING gist (r WITH &&))",
  "CREATE TABLE events (id int, at date) PARTITION BY RANGE (at)",
  "CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
  "CREATE INDEX events_at ON events (at)",
  "CREATE INDEX events_2026_own ON events_2026 (id)",
  "CREATE INDEX events_unfinished ON ONLY events (id)",
  "CREATE TABLE twice (a int); INSERT INTO twice VALUES (1), (1)",
  "CREATE TABLE of_extension (a int); CREATE INDEX of_extension_a ON of_extension (a); ALTER " +
    "EXTENSION citext ADD TABLE of_extension",
];

function withSession<T>(work: (session: Session) => Promise<T>, url = db.url): Promise<T> {
  return withObserver(targetOf(url), { purpose: "test", writable: false }, work);
}

function read(selection: Partial<Selection> = {}, url = db.url): Promise<LiveIndexes> {
  return withSession(
    (session) => readLiveIndexes(session, { schemas: [], tables: [], ...selection }),
    url,
  );
}

function labels(found: readonly IndexDeclaration[]): string[] {
  return found.map((each) => `${schemaOf(each)}.${each.name}`);
}

async function oids(): Promise<unknown> {
  return db.query("SELECT indexrelid::regclass::text AS name, indexrelid FROM pg_index ORDER BY 2");
}

describe("what is read from a database is adopted without building", () => {
  test("nothing is left out", () => {
    const names = everything.found.filter(({ name }) => !name.startsWith("events"));
    expect(names).toHaveLength(STATEMENTS.length);
    expect(everything.notes).toEqual([]);
  });

  test("everything", async () => {
    const before = await oids();
    for (const declaration of everything.found) {
      const desired = await declare({ ...declaration });
      const ensured = await ensureIndex({ database: targetOf(db.url), desired, ctx: record().ctx });
      expect(ensured.adopted, JSON.stringify(declaration)).toBe(true);
    }
    expect(await oids()).toEqual(before);
  }, 600_000);
});

test("comments, statistics targets and parameters are declared as they are", () => {
  const find = (name: string) => everything.found.find((each) => each.name === name);
  expect(find("commented")?.comment).toBe('for the "old" admin\'s page\n\\ two lines');
  expect(find("counted")?.columns).toEqual([{ expression: "id + 1", statistics: 500 }]);
  expect(find('Ïdx "1"; --')).toEqual({
    schema: "Odd Schema",
    table: "select",
    name: 'Ïdx "1"; --',
    columns: ["id"],
    unique: true,
    include: ["title"],
    predicate: "title IS NOT NULL",
  });
});

test("what belongs to something else, or is INVALID, is left out and named", async () => {
  const duplicates = db.query("CREATE UNIQUE INDEX CONCURRENTLY twice_a ON twice (a)");
  expect((await failureOf(duplicates)).message).toMatch(/could not create unique index/);
  const { found, skipped } = await read({ schemas: ["public"] });
  expect(Object.fromEntries(skipped.map(({ name, reason }) => [name, reason]))).toEqual({
    keys_pkey: "backs the constraint keys_pkey",
    one_email: "backs the constraint one_email",
    keys_r_excl: "backs the constraint keys_r_excl",
    events_2026_at_idx: "is part of the partitioned index events_at",
    events_unfinished: expect.stringMatching(/^is INVALID/),
    of_extension_a: "is on a table of the extension citext",
    twice_a: expect.stringMatching(/^is INVALID/),
  });
  const events = labels(found).filter((label) => label.startsWith("public.events"));
  expect(events).toEqual(["public.events_at", "public.events_2026_own"]);
});

/** What is chosen, and the tables of what is found. */
const SELECTIONS: readonly (readonly [string, Partial<Selection>, readonly string[]])[] = [
  ["a schema", { schemas: ["Odd Schema"] }, ["select"]],
  ["a table of any schema", { tables: [{ name: "summary" }] }, ["summary"]],
  [
    "tables of schemas",
    {
      tables: [
        { schema: "app", name: "summary" },
        { schema: "public", name: "users" },
      ],
    },
    ["summary", "users"],
  ],
  ["a table that only has constraints", { tables: [{ name: "keys" }] }, []],
];

describe("a part of a database", () => {
  test.each(SELECTIONS)("%s", async (_, selection, expected) => {
    const { found } = await read(selection);
    expect([...new Set(found.map(({ table }) => table))]).toEqual(expected);
  });

  const REFUSED: readonly (readonly [Partial<Selection>, RegExp])[] = [
    [{ schemas: ["App"] }, /^the database has no schema App .*\n.*why: it has: Odd Schema, app, /],
    [{ tables: [{ name: "nope" }] }, /^there is no table nope in /],
    [{ tables: [{ schema: "app", name: "users" }] }, /^there is no table users in app\n/],
  ];
  test.each(REFUSED)("%j is refused", async (selection, message) => {
    expect((await failureOf(read(selection))).message).toMatch(message);
  });
});

describe("a role that may only read", () => {
  test("gets spellings that are right although nothing could be checked", async () => {
    const role = `reader_${db.name}`;
    await db.query(`CREATE ROLE ${role} LOGIN PASSWORD 'x'`);
    await db.query(`REVOKE TEMPORARY ON DATABASE ${db.name} FROM PUBLIC`);
    const url = new URL(db.url);
    url.username = role;
    url.password = "x";
    const { found, notes } = await read({}, url.href);
    await db.query(`DROP ROLE ${role}`);
    expect(notes).toEqual([expect.stringMatching(/^expressions could not be checked on/)]);
    expect(labels(found)).toEqual(labels(everything.found));
    await withSession(async (session) => {
      for (const declaration of found) await expectSame(session, declaration);
    });
  }, 300_000);
});

async function expectSame(session: Session, declaration: IndexDeclaration): Promise<void> {
  const desired = await declare({ ...declaration });
  const form = await canonicalize(session, desired);
  const live = await observe(session, desired);
  if (form.kind !== "ok" || live.kind !== "index") throw new Error(JSON.stringify(form));
  expect(differencesOf(form.canonical, live.index.canonical), JSON.stringify(declaration)).toEqual(
    [],
  );
}
