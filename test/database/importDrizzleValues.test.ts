import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { IndexDeclaration } from "../../providers/pgindex/src/import/declaration.ts";
import { loadDrizzleOrm } from "../../providers/pgindex/src/import/drizzle/drizzleOrm.ts";
import { readDrizzleSchema } from "../../providers/pgindex/src/import/drizzle/drizzleSchema.ts";
import { loadModules } from "../../providers/pgindex/src/import/drizzle/schemaModule.ts";
import { indexesFromDrizzle } from "../../providers/pgindex/src/import/indexesFromDrizzle.ts";
import { buildIndex } from "../support/pulumi/stackState.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";
import { createProject, type DrizzleProject, statementsOf } from "../support/tools/drizzle.ts";
import * as values from "./importDrizzleValues.ts";

const HERE = import.meta.dirname;

let db: TestDatabase;
beforeEach(async () => {
  db = await createDatabase();
});
afterEach(() => db.drop());

async function definitions(): Promise<unknown[]> {
  return db.query(
    `SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition
       FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
      WHERE relnamespace::regnamespace::text IN ('public', 'app')
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid) ORDER BY 1`,
  );
}

const isIndex = (statement: string) => /^CREATE (UNIQUE )?INDEX/.test(statement);

const TABLE = `
  CREATE TYPE phase AS ENUM ('new', 'it''s done');
  CREATE TABLE samples (id uuid PRIMARY KEY, big_number bigint, number bigint, price numeric(10, 2),
    at timestamptz, plain timestamp, day date, phase phase, tags text[], numbers integer[],
    data jsonb, is_open boolean, tagged text, note text)`;

/** What each index is for, in PostgreSQL's words. */
const PREDICATES: Readonly<Record<string, string>> = {
  by_big: "big_number > 9007199254740993",
  by_negative: "number < -5",
  by_price: "price >= '1.50'",
  by_time: "at > '2026-01-02T03:04:05.678Z'",
  by_plain_time: "plain BETWEEN '2026-01-02T03:04:05.678Z' AND '2026-01-02T03:04:05.678Z'",
  by_day: "day = '2026-01-02'",
  by_phase: "phase IN ('new', 'it''s done')",
  by_tags: `tags @> '{"a","b \\"c\\" \\\\ it''s"}'`,
  by_numbers: "numbers @> '{1,2}'",
  by_data: `data = '{"kind": "it''s"}'`,
  by_open: "is_open = true AND note <> '\\ % _'",
  by_tagged: "tagged = '<x>'",
  by_raw_values: "number > 5 AND note <> 'it''s'",
};

async function expectPredicates(declarations: readonly IndexDeclaration[]): Promise<void> {
  await db.query(TABLE);
  for (const {
    name,
    columns: [key],
    predicate,
  } of declarations) {
    const sql = typeof key === "string" ? key : `(${key?.expression})`;
    const where = predicate === undefined ? "" : `WHERE ${predicate}`;
    await db.query(`CREATE INDEX ${name} ON samples (${sql}) ${where}`);
  }
  for (const [name, predicate] of Object.entries(PREDICATES)) {
    const [row] = await db.query(
      `SELECT pg_get_expr(indpred, indrelid) AS text FROM pg_index
      WHERE indexrelid = $1::regclass`,
      [name],
    );
    await db.query(`CREATE INDEX wanted ON samples (id) WHERE ${predicate}`);
    const [wanted] = await db.query(
      "SELECT pg_get_expr(indpred, indrelid) AS text FROM pg_index WHERE indexrelid = 'wanted'::regclass",
    );
    expect({ name, ...row }).toEqual({ name, ...wanted });
    await db.query("DROP INDEX wanted");
  }
}

test("values go through the column's own mapping, on 0.45", async () => {
  const declarations = indexesFromDrizzle(values);
  expect(declarations).toHaveLength(14);
  await expectPredicates(declarations);
});

describe("Drizzle 1.0", () => {
  const projects: DrizzleProject[] = [];
  afterAll(() => Promise.all(projects.map(({ root }) => rm(root, { recursive: true }))));

  async function project(schema: string) {
    const made = await createProject("1.0");
    projects.push(made);
    const text = await readFile(join(HERE, schema), "utf8");
    const file = join(made.root, "schema.ts");
    await writeFile(file, text);
    return {
      made,
      text,
      ...readDrizzleSchema(await loadModules([file]), loadDrizzleOrm(undefined, [file])),
    };
  }

  test("values go through the column's own mapping", async () => {
    const { found } = await project("importDrizzleValues.ts");
    expect(found).toHaveLength(14);
    await expectPredicates(found);
  });

  describe("every feature, against the real drizzle-kit", () => {
    let read: Awaited<ReturnType<typeof project>>;
    let statements: string[];
    beforeAll(async () => {
      read = await project("importDrizzleSchema.ts");
      const { made, text } = read;
      statements = await statementsOf(made, await made.generate("all", text));
    });

    test("gives the indexes that its migration makes", async () => {
      const { found, notes } = read;
      expect(notes).toEqual([]);
      expect(found).toHaveLength(statements.filter(isIndex).length);
      for (const statement of statements) await db.query(statement);
      const theirs = await definitions();
      for (const { name, schema = "public" } of found) {
        await db.query(
          `DROP INDEX ${db.client.escapeIdentifier(schema)}.${db.client.escapeIdentifier(name)}`,
        );
      }
      expect(await definitions()).toEqual([]);
      for (const declaration of found) await buildIndex(db.url, { ...declaration });
      expect(await definitions()).toEqual(theirs);
    });
  });
});
