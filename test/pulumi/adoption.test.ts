import { describe, expect, test } from "vitest";
import { createProject } from "../support/pulumi/pulumiCli.ts";
import { indexesOf, useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { pgindex } from "../support/tools/cli.ts";

/** As a migration tool has made them. */
const INDEXES = [
  'CREATE INDEX "accounts_email_idx" ON "accounts" USING btree (lower("email"));',
  `CREATE UNIQUE INDEX "accounts_open_idx" ON "accounts" USING btree ("id" DESC NULLS LAST) WHERE status IN ('open', 'held');`,
  'CREATE INDEX "accounts_data_idx" ON "accounts" USING gin ("data" jsonb_path_ops) WITH (fastupdate=off);',
];

const database = useDatabase(
  "CREATE TABLE accounts (id int NOT NULL, email text, status varchar(10), data jsonb)",
  "INSERT INTO accounts SELECT n, n || '@test.example', 'open', '{}' FROM generate_series(1, 1000) n",
  ...INDEXES,
);

const SCHEMA = `import { sql } from "drizzle-orm";
import { index, integer, jsonb, pgTable, text, uniqueIndex, varchar } from "drizzle-orm/pg-core";

export const accounts = pgTable(
  "accounts",
  { id: integer("id").notNull(), email: text("email"), status: varchar("status", { length: 10 }), data: jsonb("data") },
  (t) => [
    index("accounts_email_idx").on(sql\`lower(\${t.email})\`),
    uniqueIndex("accounts_open_idx").on(t.id.desc().nullsLast()).where(sql\`\${t.status} IN ('open', 'held')\`),
    index("accounts_data_idx").using("gin", t.data.op("jsonb_path_ops")).with({ fastupdate: false }),
  ],
);
`;

const declareAll = (imports: string, indexes: string) => `import * as pgindex from "pulumi-pgindex";
${imports}
for (const declaration of ${indexes}) new pgindex.Index(declaration.name, declaration);
`;

/** What `pgindex import` writes of the live database. */
async function imported(): Promise<string> {
  const { code, out, err } = await pgindex(["import", "--schema", "public"], {
    DATABASE_URL: database().url,
  });
  if (code !== 0) throw new Error(err);
  return out;
}

const PROGRAMS: readonly (readonly [
  title: string,
  files: () => Promise<Record<string, string>>,
])[] = [
  [
    "indexesFromSql",
    async () => ({
      "migration.sql": INDEXES.join("\n--> statement-breakpoint\n"),
      "index.ts": declareAll("", 'pgindex.indexesFromSql("migration.sql")'),
    }),
  ],
  [
    "indexesFromDrizzle",
    async () => ({
      "schema.ts": SCHEMA,
      "index.ts": declareAll(
        'import * as schema from "./schema";',
        "pgindex.indexesFromDrizzle(schema)",
      ),
    }),
  ],
  ["pgindex import", async () => ({ "index.ts": await imported() })],
];

describe("a live database is adopted, and nothing is built", () => {
  test.each(PROGRAMS)("%s", async (_title, files) => {
    const before = await indexesOf(database());
    expect(before).toHaveLength(INDEXES.length);
    const project = createProject({ files: await files(), env: { DATABASE_URL: database().url } });
    await project.run("stack", "init", "dev");
    const text = await project.run("up", "--yes", "--skip-preview");
    // The CLI shows a line more than once.
    const adopted = [...text.matchAll(/adopted public\.(\w+):.*nothing was built/g)];
    expect([...new Set(adopted.map(([, name]) => name))].sort()).toEqual(
      before.map(({ name }) => name),
    );
    expect(await indexesOf(database())).toEqual(before);
    await project.run("preview", "--expect-no-changes");
    await project.run("preview", "--refresh", "--expect-no-changes");
    expect(await indexesOf(database())).toEqual(before);
  });
});
