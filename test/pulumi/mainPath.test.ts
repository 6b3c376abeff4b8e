import { afterAll, beforeAll, expect, test } from "vitest";
import { createProject } from "../support/pulumi/pulumiCli.ts";
import {
  type Canary,
  createCanary,
  indexesOf,
  indexNames,
  useDatabase,
} from "../support/pulumi/pulumiDatabase.ts";

const PROGRAM = `
import * as pulumi from "@pulumi/pulumi";
import { Connection, Index } from "pulumi-pgindex";

const url = new pulumi.Config().requireSecret("databaseUrl");
const provider = new Connection("database", { url });
const messages = new Index("messages", {
  table: "messages",
  name: "messages_author_created_idx",
  columns: ["author", { column: "created_at", order: "desc" }],
}, { provider });
const { name, valid, definition, adopted } = messages;
export const built = { name, valid, definition, adopted };
`;
const STATEMENT =
  'CREATE INDEX CONCURRENTLY "messages_author_created_idx" ON "public"."messages" ' +
  'USING "btree" ("author", "created_at" DESC)';

const database = useDatabase(
  "CREATE TABLE messages (id int PRIMARY KEY, author int, created_at timestamptz)",
  "INSERT INTO messages SELECT n, n % 7, now() FROM generate_series(1, 1000) n",
);
const project = createProject({ files: { "index.ts": PROGRAM } });
let canary: Canary;
let printed = "";
const pulumi = async (...args: string[]) => {
  const text = await project.run(...args);
  printed += text;
  return text;
};

beforeAll(async () => {
  canary = await createCanary(database());
  await pulumi("stack", "init", "dev");
  await project.run("config", "set", "--secret", "databaseUrl", canary.url);
});
afterAll(async () => {
  canary.assertAbsent(printed);
  await canary.drop();
});

test("preview shows the statement and what it locks, and builds nothing", async () => {
  const text = await pulumi("preview", "--diff");
  expect(text).toContain(JSON.stringify(STATEMENT));
  expect(text).toMatch(/public\.messages has (never been analyzed|1,000 rows, \d+ kB)/);
  expect(text).toContain(`builds the index: it does not exist; ${STATEMENT}; COMMENT ON INDEX`);
  expect(text).toMatch(/managed by Pulumi: .*; locks SHARE UPDATE EXCLUSIVE/);
  expect(text).toMatch(/\+ 3 to create/);
  expect(await indexNames(database())).toEqual([]);
});

test("up builds it, and says so in the index's own row", async () => {
  const text = await pulumi("up", "--yes", "--skip-preview");
  expect(text).toMatch(/pgindex:Index messages created .*valid, built in/);
  expect(await indexNames(database())).toEqual(["messages_author_created_idx"]);
});

test("the second preview is empty, also after a refresh", async () => {
  await pulumi("preview", "--expect-no-changes");
  await pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes");
  await pulumi("preview", "--expect-no-changes");
});

test("outputs can be read by a script", async () => {
  const text = await pulumi("stack", "output", "built", "--json");
  expect(JSON.parse(text.slice(text.indexOf("{")))).toEqual({
    name: "messages_author_created_idx",
    valid: true,
    adopted: false,
    definition: (await indexesOf(database()))[0]?.definition,
  });
});

test("the exported stack holds no password and no code, and little of the index", async () => {
  const text = await pulumi("stack", "export");
  expect(text).not.toMatch(/=>(?! require\(\\"pulumi-pgindex\/provider\\"\)\.v1\.index)|function/);
  const { deployment } = JSON.parse(text.slice(text.indexOf("{"))) as Export;
  const index = deployment.resources.find(({ urn }) => urn.endsWith("::messages"));
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
