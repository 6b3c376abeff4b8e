import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createProject, type Project } from "../support/pulumi/pulumiCli.ts";
import { indexesOf, useDatabase } from "../support/pulumi/pulumiDatabase.ts";

/** Each folder of examples/ is a project that people copy, and that the documents quote. */
function project(name: string, env: Readonly<Record<string, string>> = {}): Project {
  const folder = join("examples", name);
  const files = readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), "utf8")]);
  return createProject({ files: Object.fromEntries(files), env });
}

/** Documents break long statements; the server does not care. */
function statementsIn(file: string): string[] {
  const text = readFileSync(join("examples", file), "utf8").replace(/\n +/g, " ");
  return text.trim().split("\n");
}

async function previewedStatements(example: Project): Promise<string[]> {
  const text = await example.run("preview", "--diff", "--show-full-output");
  return [...text.matchAll(/^ *statement *: (".*")$/gm)].map(([, json]) => JSON.parse(json ?? ""));
}

const MESSAGES =
  "(id bigint PRIMARY KEY, conversation_id int, created_at timestamptz, account_id int, read_at timestamptz, subject text, headers jsonb)";
const database = useDatabase(
  `CREATE TABLE messages ${MESSAGES}`,
  "CREATE SCHEMA mail",
  `CREATE TABLE mail.messages ${MESSAGES}`,
  `INSERT INTO mail.messages
   SELECT n, n, now(), n % 1000, now() - n * interval '1 s', 's' || n, '{}' FROM generate_series(1, 20000) n`,
  "ANALYZE mail.messages",
  "CREATE TABLE accounts (id int PRIMARY KEY, email text, deleted_at timestamptz)",
  "INSERT INTO accounts SELECT n, n || '@test.example' FROM generate_series(1, 100) n",
);
const validIndexes = async () =>
  (await indexesOf(database())).filter(({ valid }) => valid).map(({ name }) => name);

describe("examples/first-index", () => {
  test("yields the statement that the documents show, and one valid index", async () => {
    const example = project("first-index");
    await example.run("stack", "init", "dev");
    await example.run("config", "set", "--secret", "databaseUrl", database().url);
    expect(await previewedStatements(example)).toEqual(statementsIn("first-index/statement.sql"));
    await example.run("up", "--yes", "--skip-preview");
    expect(await validIndexes()).toEqual(["messages_conversation_created_idx"]);
    await example.run("preview", "--expect-no-changes");
    await example.run("destroy", "--yes", "--skip-preview");
    expect(await indexesOf(database())).toEqual([]);
  });
});

describe("examples/options", () => {
  test("yields the statements that the documents show, and a proof that the index is used", async () => {
    const example = project("options", { DATABASE_URL: database().url });
    await example.run("stack", "init", "dev");
    const previewed = await previewedStatements(example);
    expect(previewed.sort()).toEqual(statementsIn("options/statements.sql").sort());
    await example.run("up", "--yes");
    const text = await example.run("stack", "output", "queries", "--json");
    expect(JSON.parse(text.slice(text.indexOf("[")))).toMatchObject([
      { name: "inbox", usesIndex: true, ok: true, before: { planType: "Seq Scan" } },
    ]);
    await example.run("preview", "--expect-no-changes");
    await example.run("destroy", "--yes", "--skip-preview");
    expect(await indexesOf(database())).toEqual([]);
  });
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
    ]),
  );
  expect(
    paths.filter((path) => !/^(dist\/|package\.json|bom\.cdx\.json|[A-Z]+(\.md)?$)/.test(path)),
  ).toEqual([]);
});
