import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { outputsIn } from "../support/pulumi/pulumiBackend.ts";
import { indexesOf, useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import {
  createExample,
  documentedStatements,
  previewedStatements,
} from "../support/pulumi/pulumiExample.ts";

const database = useDatabase(
  "CREATE SCHEMA mail",
  `CREATE TABLE mail.messages (id bigint PRIMARY KEY, conversation_id int, created_at timestamptz,
     account_id int, read_at timestamptz, subject text, headers jsonb)`,
  `INSERT INTO mail.messages
   SELECT n, n, now(), n % 1000, now() - n * interval '1 s', 's' || n, '{}' FROM generate_series(1, 20000) n`,
  "ANALYZE mail.messages",
  "CREATE TABLE accounts (id int PRIMARY KEY, email text, deleted_at timestamptz)",
  "INSERT INTO accounts SELECT n, n || '@test.example' FROM generate_series(1, 100) n",
);

// examples/first-index: mainPath.test.ts; examples/fleet: fleet.test.ts.
test("examples/options yields the statements that the documents show, and a proof that the index is used", async () => {
  const example = createExample("options", { env: { DATABASE_URL: database().url } });
  const previewed = await example.run("preview", "--diff", "--show-full-output");
  expect(previewedStatements(previewed).sort()).toEqual(
    documentedStatements("options/statements.sql").sort(),
  );
  await example.run("up", "--yes", "--skip-preview");
  expect(outputsIn(example.stateOf("dev"))?.queries).toMatchObject([
    { name: "inbox", usesIndex: true, ok: true, before: { planType: "Seq Scan" } },
  ]);
  await example.run("preview", "--expect-no-changes");
  await example.run("destroy", "--yes", "--skip-preview");
  expect(await indexesOf(database())).toEqual([]);
});

test("the package that people install holds what a program and the provider's process load", () => {
  const printed = execFileSync(
    "npm",
    ["pack", "--workspace", "pulumi-pgindex", "--dry-run", "--json"],
    {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    },
  );
  const [{ files }] = JSON.parse(printed) as [{ files: readonly { path: string }[] }];
  const paths = files.map(({ path }) => path);
  expect(paths).toEqual(
    expect.arrayContaining([
      "README.md",
      "CHANGELOG.md",
      "LICENSE",
      "dist/index.js",
      "dist/index.d.ts",
      "dist/provider.js",
      "dist/native.js",
      "dist/nativeProvider.js",
      "schema.json",
      "pgindex",
      "pulumi-resource-pgindex",
      "plugin/PulumiPlugin.yaml",
      "plugin/index.js",
    ]),
  );
  const plugin = ["pulumi-resource-pgindex", "plugin/PulumiPlugin.yaml", "plugin/index.js"];
  const others = ["schema.json", "pgindex", ...plugin];
  const isWanted = (path: string) =>
    /^(dist\/|package\.json|bom\.cdx\.json|[A-Z]+(\.md)?$)/.test(path) || others.includes(path);
  expect(paths.filter((path) => !isWanted(path))).toEqual([]);
});
