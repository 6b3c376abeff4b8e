// The main path, by the example that the README begins with: examples/first-index.
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type Canary,
  createCanary,
  indexesOf,
  indexNames,
  useDatabase,
} from "../support/pulumi/pulumiDatabase.ts";
import {
  createExample,
  documentedStatements,
  previewedStatements,
} from "../support/pulumi/pulumiExample.ts";

const NAME = "messages_conversation_created_idx";
const STATEMENTS = documentedStatements("first-index/statement.sql");

const database = useDatabase(
  "CREATE TABLE messages (id int PRIMARY KEY, conversation_id int, created_at timestamptz)",
  "INSERT INTO messages SELECT n, n % 7, now() FROM generate_series(1, 1000) n",
);
const project = createExample("first-index", {});
let canary: Canary;
let printed = "";
const pulumi = async (...args: string[]) => {
  const text = await project.run(...args);
  printed += text;
  return text;
};

beforeAll(async () => {
  canary = await createCanary(database());
  await project.run("config", "set", "--secret", "databaseUrl", canary.url);
});
afterAll(async () => {
  canary.assertAbsent(printed);
  await canary.drop();
});

test("preview shows the statement and what it locks, and builds nothing", async () => {
  const text = await pulumi("preview", "--diff", "--show-full-output");
  expect(previewedStatements(text)).toEqual(STATEMENTS);
  expect(text).toMatch(/public\.messages has (never been analyzed|1,000 rows, \d+ kB)/);
  expect(text).toContain(`builds the index: it does not exist; ${STATEMENTS}; COMMENT ON INDEX`);
  expect(text).toMatch(/managed by Pulumi: .*; locks SHARE UPDATE EXCLUSIVE/);
  expect(text).toMatch(/\+ 3 to create/);
  expect(await indexNames(database())).toEqual([]);
});

test("up builds it, and says so in the index's own row", async () => {
  const text = await pulumi("up", "--yes", "--skip-preview");
  expect(text).toMatch(/pgindex:Index messages-by-conversation created .*valid, built in/);
  expect(await indexNames(database())).toEqual([NAME]);
});

test("a refresh finds nothing, and the second preview is empty", async () => {
  await pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes");
  await pulumi("preview", "--expect-no-changes");
});

test("outputs can be read by a script", async () => {
  const text = await pulumi("stack", "output", "--json");
  expect(JSON.parse(text.slice(text.indexOf("{")))).toEqual({
    definition: (await indexesOf(database()))[0]?.definition,
  });
});

test("the exported stack holds no password and no code, and little of the index", async () => {
  const text = await pulumi("stack", "export");
  expect(text).not.toMatch(/=>(?! require\(\\"pulumi-pgindex\/provider\\"\)\.v1\.index)|function/);
  const { deployment } = JSON.parse(text.slice(text.indexOf("{"))) as Export;
  const index = deployment.resources.find(({ urn }) => urn.endsWith("::messages-by-conversation"));
  expect(index).toMatchObject({ outputs: { name: NAME, valid: true, adopted: false } });
  expect(Buffer.byteLength(JSON.stringify(index, undefined, 4))).toBeLessThan(4096);
  const provider = deployment.resources.find(({ urn }) => urn.endsWith("::database"));
  expect(provider).toMatchObject({
    inputs: { "pgindex:url": { ciphertext: expect.any(String) } },
  });
});

interface Export {
  readonly deployment: { readonly resources: readonly { readonly urn: string }[] };
}

test("destroy drops it, and nothing else", async () => {
  await pulumi("destroy", "--yes", "--skip-preview");
  expect(await indexNames(database())).toEqual([]);
  expect(await database().query("SELECT count(*)::int AS rows FROM messages")).toEqual([
    { rows: 1000 },
  ]);
});
