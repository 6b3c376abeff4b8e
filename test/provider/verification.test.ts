import type { ServedQuery } from "pulumi-pgindex";
import { beforeAll, describe, expect, test } from "vitest";
import { useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { provedBy } from "./promotionStacks.ts";
import { type Opened, openProvider, Resource, refusalOf, type Told } from "./resource.ts";

const ROWS = 20_000;
const database = useDatabase(
  "CREATE TABLE users (id int PRIMARY KEY, email text, code int)",
  `INSERT INTO users SELECT n, n || '@x.test', n FROM generate_series(1, ${ROWS}) n`,
  "ANALYZE users",
);

const byEmail: ServedQuery = {
  name: "by e-mail",
  sql: "SELECT * FROM users WHERE email = $1",
  sample: "SELECT email FROM users ORDER BY id LIMIT 2",
  runs: 2,
  expect: { planTypes: ["Index Scan"] },
};

let opened: Opened;
let index: Resource;
let proof: Resource;
beforeAll(async () => {
  opened = await openProvider({}, { "pgindex:url": database().url });
  index = new Resource("index", async () => opened, "index");
  proof = new Resource("verification", async () => opened, "proof");
  await index.up(declared());
  await proof.up(proves());
});

const declared = (query: Partial<ServedQuery> = {}) => ({
  table: "users",
  name: "users_email_idx",
  columns: ["email"],
  serves: [{ ...byEmail, ...query }],
});

const proves = (query: Partial<ServedQuery> = {}, more: object = {}) => ({
  ...provedBy(index.outputs, declared(query).serves),
  ...more,
});

/** Index and proof, one after the other, as the engine does it. */
async function up(query: Partial<ServedQuery> = {}, more: object = {}): Promise<Told> {
  await index.up(declared(query));
  return proof.up(proves(query, more));
}

async function expectNothingToDo(query: Partial<ServedQuery> = {}, more: object = {}) {
  expect((await index.preview(declared(query))).change).toBe("same");
  expect((await proof.preview(proves(query, more))).change).toBe("same");
}

const warningsOf = ({ lines }: Told) => lines.filter(({ severity }) => severity === "warning");

test("a proof says what the matter is when the index is gone, and is made again with it", async () => {
  await database().query("DROP INDEX users_email_idx");
  expect((await index.refresh()).change).toBe("delete");
  const said = warningsOf(await proof.refresh());
  expect(said[0]?.message).toMatch(/index public\.users_email_idx does not exist/);
  expect(proof.outputs).toMatchObject({ valid: false, ok: false });
  expect((await index.up(declared())).change).toBe("create");
  expect((await proof.up(proves())).change).toBe("update");
  expect(proof.outputs).toMatchObject({ valid: true, ok: true, usage: { trafficScans: 0 } });
});

describe("an expectation that is not met", () => {
  const unmet = { expect: { planTypes: ["Index Only Scan"] as const } };
  const AS_ERROR = { onFailedExpectation: "error" };

  test("warns, and leaves the next preview empty", async () => {
    const warnings = warningsOf(await up(unmet));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.message).toMatch(
      /query "by e-mail" of public\.users_email_idx: expected Index Only Scan/,
    );
    await expectNothingToDo(unmet);
  });

  test("as an error fails up each time until it is met", async () => {
    expect(await refusalOf(up(unmet, AS_ERROR))).toMatch(/expected Index Only Scan/);
    expect(proof.outputs).toMatchObject({ ok: false });
    expect(await refusalOf(up(unmet, AS_ERROR))).toMatch(/expected Index Only Scan/);
    await proof.refresh();
    expect(await refusalOf(up(unmet, AS_ERROR))).toMatch(/expected Index Only Scan/);
    await up({}, AS_ERROR);
    expect(proof.outputs).toMatchObject({ ok: true });
    await expectNothingToDo({}, AS_ERROR);
  });
});

test("queries of its own are refused in preview, with every problem", async () => {
  const served = [
    { name: "a", sql: "DELETE FROM users" },
    { name: "a", sql: "SELECT $1" },
  ];
  const text = await refusalOf(proof.preview(proves({}, { served })));
  expect(text).toMatch(/queries\[0\]\.sql is not a SELECT/);
  expect(text).toMatch(/queries\[1\]\.sql takes 1 parameter but has no values/);
  expect(text).toMatch(/queries\[1\]\.name is also the name of another query/);
});

test("replicas: a URL that is no standby's is warned of", async () => {
  const replicas = JSON.stringify({ eu: database().url });
  const config = { "pgindex:url": database().url, "pgindex:replicas": replicas };
  const withReplica = await openProvider({}, config);
  const asked = new Resource("verification", async () => withReplica);
  const { lines } = await asked.up(proves({}, { served: [] }));
  expect(lines.map(({ message }) => message)).toContainEqual(
    expect.stringMatching(/on the replica eu: it accepts writes, so it is not a standby/),
  );
});
