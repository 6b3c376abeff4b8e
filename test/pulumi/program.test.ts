// The repository's own program: staging, and how production is refused. What production does once it
// is not, from its build to its rollback, the demonstration shows, under traffic (npm start).
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Fingerprint, fingerprint } from "../../demo/dataFingerprint.ts";
import { fill, migrate } from "../../demo/demoData.ts";
import { outputsIn, resourcesIn } from "../support/pulumi/pulumiBackend.ts";
import { createProject } from "../support/pulumi/pulumiCli.ts";
import {
  type Canary,
  createCanary,
  indexNames,
  useDatabase,
} from "../support/pulumi/pulumiDatabase.ts";
import type { TestDatabase } from "../support/server/database.ts";

const STATES_INDEX = "conversation_states_patient_active_expires_idx";
const MESSAGES_INDEX = "conversation_messages_state_created_idx";
const INDEXES = [MESSAGES_INDEX, STATES_INDEX];
const SIZE = { states: 4_000, messages: 40_000 };

/** The program with its stacks, in a folder of its own. */
const sources = [
  "Pulumi.yaml",
  "tsconfig.json",
  "index.ts",
  ...readdirSync("stacks").map((name) => join("stacks", name)),
  ...["0013_sticky_skreet.sql", "meta/_journal.json"].map((name) =>
    join("drizzle/migrations", name),
  ),
];
const project = createProject({
  files: Object.fromEntries(sources.map((path) => [path, readFileSync(path, "utf8")])),
  stacks: { staging: {}, production: {} },
});

const databases = { staging: useDatabase(), production: useDatabase() };
const canaries: Canary[] = [];
const before: Fingerprint[] = [];
let printed = "";

const pulumi = async (stack: string, ...args: string[]) => {
  const text = await project.run(...args, `--stack=${stack}`);
  printed += text;
  return text;
};
const UP = ["up", "--yes", "--skip-preview"];

beforeAll(async () => {
  for (const [stack, database] of Object.entries(databases)) {
    const { name, query, url } = database();
    // As on any server with solid-state disks.
    await query(`ALTER DATABASE ${name} SET random_page_cost = 1.1`);
    await migrate(url);
    await fill(url, SIZE, () => undefined);
    before.push(await fingerprint(url));
    const canary = await createCanary(database());
    canaries.push(canary);
    await project.run("config", "set", "--secret", "databaseUrl", canary.url, `--stack=${stack}`);
  }
});
afterAll(async () => {
  for (const canary of canaries) {
    canary.assertAbsent(printed);
    await canary.drop();
  }
});

/**
 * What the application does all the time. Its session ends, and with it what it has counted is
 * told.
 */
async function traffic(database: TestDatabase): Promise<void> {
  const client = await database.connect();
  await client.query("SET enable_seqscan = off");
  await client.query(
    "SELECT * FROM conversation_states WHERE patient_id = (SELECT patient_id FROM conversation_states LIMIT 1) AND is_active",
  );
  await client.query(
    "SELECT * FROM conversation_messages WHERE conversation_state_id = (SELECT id FROM conversation_states LIMIT 1)",
  );
  await client.end();
}

interface Verified {
  readonly queries: readonly {
    readonly name: string;
    readonly planType: string;
    readonly usesIndex: boolean;
    readonly before: { readonly planType: string } | null;
  }[];
  readonly usage: { readonly trafficScans: number };
  readonly ok: boolean;
}

const verification = (stack: string) =>
  outputsIn(project.stateOf(stack))?.verification as Readonly<Record<string, Verified>>;

function expectProved(stack: string): void {
  const verified = verification(stack);
  expect(Object.keys(verified).sort()).toEqual(INDEXES);
  const queries = Object.values(verified).flatMap((each) => each.queries);
  expect(queries.map(({ name }) => name)).toHaveLength(3);
  expect(queries.filter(({ usesIndex }) => !usesIndex)).toEqual([]);
  expect(queries.find(({ name }) => name === "message history")).toMatchObject({
    planType: "Index Scan",
    before: { planType: "Seq Scan" },
  });
}

/** What Drizzle has run, or thinks it has. */
async function migrations(database: TestDatabase): Promise<number> {
  return (await database.query("SELECT 1 FROM drizzle.__drizzle_migrations")).length;
}

test("staging: preview builds nothing, up builds and proves both, a second preview is empty", async () => {
  const text = await pulumi("staging", "preview", "--diff");
  expect(text.match(/^ *statement *: "CREATE INDEX CONCURRENTLY/gm)).toHaveLength(2);
  expect(text.match(/builds the index: it does not exist; CREATE INDEX/g)).toHaveLength(2);
  expect(await indexNames(databases.staging())).not.toContain(STATES_INDEX);
  await pulumi("staging", ...UP);
  expect(await indexNames(databases.staging())).toEqual(expect.arrayContaining(INDEXES));
  expect(await migrations(databases.staging())).toBe(14);
  await pulumi("staging", "preview", "--expect-no-changes");
  expectProved("staging");
});

test("production: refused while nobody has used the indexes in staging for long enough", async () => {
  const text = await project.fail("preview", "--stack=production");
  printed += text;
  for (const index of INDEXES)
    expect(text).toContain(
      `public.${index} has not been proved by the stack organization/pgindex/staging yet`,
    );
  expect(text.match(/missing: traffic has scanned it 0 times there, 1 wanted/g)).not.toBeNull();
  expect(text).toMatch(/missing: it has soaked .* of 24h: (23 h \d+|24 h 0) min left/);
  expect(await indexNames(databases.production())).not.toContain(STATES_INDEX);
});

test("production: once they are used, only its backup is missing", async () => {
  await traffic(databases.staging());
  // Without the flag the proofs are measured again, but the stack's outputs, which the gate reads,
  // stay as they were.
  const text = await pulumi("staging", "refresh", "--yes", "--skip-preview", "--run-program");
  // Until the provider has answered, Pulumi compares the program's arguments with checked ones.
  const rows = text.split("\n").filter((line) => line.includes(" pulumi-nodejs:pgindex:Index "));
  const ended = rows.filter((row) => !row.includes(" refreshing "));
  expect(ended).toHaveLength(INDEXES.length);
  expect(ended.join("\n")).not.toContain("[diff");
  const { usage } = verification("staging")[STATES_INDEX] as Verified;
  expect(usage.trafficScans).toBeGreaterThan(0);
  const settings = ["pgindex:soak=1s", "pgindex:pgDump=/nowhere/pg_dump"];
  const set = settings.flatMap((each) => ["--plaintext", each]);
  await project.run("config", "set-all", ...set, "--stack=production");
  expect(await project.fail("preview", "--stack=production")).toContain(
    "cannot run /nowhere/pg_dump",
  );
});

test("the state holds no password, and under 6 KB of each index", () => {
  const state = project.stateOf("staging");
  printed += state;
  const indexes = resourcesIn(state).filter(({ type }) => type.endsWith(":pgindex:Index"));
  expect(indexes).toHaveLength(2);
  for (const index of indexes)
    expect(Buffer.byteLength(JSON.stringify(index))).toBeLessThan(6 * 1024);
});

test("rollback: destroy drops the messages index first, and leaves the rows as they were", async () => {
  const text = await pulumi("staging", "destroy", "--yes", "--skip-preview");
  const at = (index: string) => text.search(new RegExp(`${index} deleted`));
  expect(at("messages-index")).toBeGreaterThan(0);
  expect(at("messages-index")).toBeLessThan(at("states-index"));
  const after = [];
  for (const database of Object.values(databases)) {
    after.push(await fingerprint(database().url));
    const names = await indexNames(database());
    for (const index of INDEXES) expect(names).not.toContain(index);
    expect(await migrations(database())).toBe(13);
  }
  expect(after).toEqual(before);
});
