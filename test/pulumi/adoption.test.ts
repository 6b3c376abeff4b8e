import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createProject } from "../support/pulumi/pulumiCli.ts";
import { indexesOf, useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { pgindex } from "../support/tools/cli.ts";

/** As a migration tool has made them. */
const indexesOn = (table: string) => [
  `CREATE INDEX "${table}_email_idx" ON "${table}" USING btree (lower("email"));`,
  `CREATE UNIQUE INDEX "${table}_open_idx" ON "${table}" USING btree ("id" DESC NULLS LAST) WHERE status IN ('open', 'held');`,
  `CREATE INDEX "${table}_data_idx" ON "${table}" USING gin ("data" jsonb_path_ops) WITH (fastupdate=off);`,
];
/** One for each source of declarations. */
const TABLES = ["from_sql", "from_drizzle", "from_database"];

const database = useDatabase(
  ...TABLES.flatMap((table) => [
    `CREATE TABLE ${table} (id int NOT NULL, email text, status varchar(10), data jsonb)`,
    `INSERT INTO ${table} SELECT n, n || '@test.example', 'open', '{}' FROM generate_series(1, 1000) n`,
    ...indexesOn(table),
  ]),
);

const SCHEMA = `import { sql } from "drizzle-orm";
import { index, integer, jsonb, pgTable, text, uniqueIndex, varchar } from "drizzle-orm/pg-core";

export const accounts = pgTable(
  "from_drizzle",
  { id: integer("id").notNull(), email: text("email"), status: varchar("status", { length: 10 }), data: jsonb("data") },
  (t) => [
    index("from_drizzle_email_idx").on(sql\`lower(\${t.email})\`),
    uniqueIndex("from_drizzle_open_idx").on(t.id.desc().nullsLast()).where(sql\`\${t.status} IN ('open', 'held')\`),
    index("from_drizzle_data_idx").using("gin", t.data.op("jsonb_path_ops")).with({ fastupdate: false }),
  ],
);
`;

const PROGRAM = `import * as pgindex from "pulumi-pgindex";
import "./imported";
import * as schema from "./schema";

const ofSql = pgindex.indexesFromSql("migration.sql");
for (const declaration of [...ofSql, ...pgindex.indexesFromDrizzle(schema)])
  new pgindex.Index(declaration.name, declaration);
`;

/** What `pgindex import` writes of one table of the live database. */
async function imported(): Promise<string> {
  const { code, out, err } = await pgindex(["import", "--table", "from_database"], {
    DATABASE_URL: database().url,
  });
  if (code !== 0) throw new Error(err);
  return out;
}

test("a live database is adopted, by its migrations in SQL, its Drizzle schema or pgindex import, and nothing is built", async () => {
  const before = await indexesOf(database());
  expect(before).toHaveLength(9);
  const project = createProject({
    files: {
      "migration.sql": indexesOn("from_sql").join("\n--> statement-breakpoint\n"),
      "schema.ts": SCHEMA,
      "imported.ts": await imported(),
      "index.ts": PROGRAM,
    },
    env: { DATABASE_URL: database().url },
  });
  const text = await project.run("up", "--yes", "--skip-preview");
  // The CLI shows a line more than once.
  const adopted = [...text.matchAll(/adopted public\.(\w+):.*nothing was built/g)];
  expect([...new Set(adopted.map(([, name]) => name))].sort()).toEqual(
    before.map(({ name }) => name),
  );
  expect(await indexesOf(database())).toEqual(before);
  await project.run("preview", "--refresh", "--expect-no-changes");
  expect(await indexesOf(database())).toEqual(before);

  writeFileSync(join(project.directory, "migration.sql"), "CREATE INDEX i ON (");
  const refused = await project.fail("preview");
  expect(refused).toMatch(/migration\.sql.*\n +why: .*\n +fix: /);
  expect(refused).not.toMatch(/\n\s+at |node_modules/);
  expect(refused).not.toContain("\u001b");
});
