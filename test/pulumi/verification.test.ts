import * as pulumi from "@pulumi/pulumi";
import { Connection, Index, type ServedQuery, Verification } from "pulumi-pgindex";
import { beforeAll, describe, expect, test } from "vitest";
import { createStack, type TestStack } from "../support/pulumi/pulumi.ts";
import { createBackend } from "../support/pulumi/pulumiBackend.ts";
import { useDatabase } from "../support/pulumi/pulumiDatabase.ts";

const ROWS = 20_000;
const backend = createBackend();
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

/** Where the proofs are: at the root, or below a component. */
let options: () => pulumi.CustomResourceOptions = () => ({});

/**
 * An index, its proof, and one with queries of its own, which are secret. The environment names no
 * server: the proofs have to use the index's Connection.
 */
async function program() {
  const provider = new Connection("database", { url: database().url });
  const args = {
    table: "users",
    name: "users_email_idx",
    columns: ["email"],
    serves: [byEmail],
  };
  const index = new Index("index", args, { provider });
  const proof = new Verification("proof", { index }, options());
  const queries = pulumi.secret([
    { name: "by code", sql: "SELECT * FROM users WHERE email = $1", values: ["4711@x.test"] },
  ]);
  new Verification("secret", { index, queries });
  return { queries: proof.queries, usage: proof.usage, ok: proof.ok, index: proof.index };
}

let stack: TestStack;
beforeAll(async () => {
  stack = await createStack(program, {
    backend,
    env: { DATABASE_URL: "postgresql://nobody:nothing@127.0.0.1:1/nowhere" },
  });
});

interface Outputs {
  readonly usage: { readonly trafficScans: number; readonly ownScans: number };
  readonly verifiedAt: string;
  readonly ok: boolean;
}

function outputsOf(name: string): Outputs {
  return stack.resource(name).outputs as unknown as Outputs;
}

describe("a proof", () => {
  test("is planned without a database, and made after the index", async () => {
    expect((await stack.preview()).changes).toEqual({ create: 5 });
    expect((await stack.up()).changes).toEqual({ create: 5 });
    expect(stack.outputs()).toMatchObject({
      index: "public.users_email_idx",
      ok: true,
      usage: { trafficScans: 0 },
      queries: [
        {
          name: "by e-mail",
          planType: "Index Scan",
          usesIndex: true,
          before: { planType: "Seq Scan", rows: 1 },
          ok: true,
        },
      ],
    });
    const nodeOf = (name: string, output: string) =>
      (stack.resource(name).outputs as Record<string, { nodes: { node: string }[] }[]>)[output]?.[0]
        ?.nodes[0]?.node;
    expect(nodeOf("index", "plansBefore")).toBe("Seq Scan");
    expect(nodeOf("proof", "plans")).toBe("Index Scan");
    expect(outputsOf("secret")).toMatchObject({ ok: true });
  });

  test("is measured again by a refresh, and unchanged in the next preview", async () => {
    const { verifiedAt } = outputsOf("proof");
    const client = await database().connect();
    for (let i = 0; i < 3; i += 1)
      await client.query("SELECT * FROM users WHERE email = '5@x.test'");
    await client.end();
    await stack.refresh();
    expect(outputsOf("proof").usage.trafficScans).toBe(3);
    expect(Date.parse(outputsOf("proof").verifiedAt)).toBeGreaterThan(Date.parse(verifiedAt));
    expect((await stack.preview()).changes).toEqual({ same: 5 });
  });

  test("leaves no code, no sampled value and little else in the state", () => {
    const { inputs, outputs } = stack.resource("proof");
    const text = JSON.stringify({ inputs, outputs });
    expect(text).not.toContain("@x.test");
    expect(text.length).toBeLessThan(4_000);
  });

  test("has secret queries encrypted wherever the state has them", () => {
    expect(stack.state()).not.toContain("4711@x.test");
  });

  test("is not made again below another parent, only moved there", async () => {
    options = () => {
      const parent = new pulumi.ComponentResource("tests:index:Component", "component");
      return { parent, aliases: [{ parent: pulumi.rootStackResource }] };
    };
    expect((await stack.up()).changes).toEqual({ create: 1, same: 5 });
    options = () => {
      const urn = `urn:pulumi:${stack.name}::tests::tests:index:Component$pulumi-nodejs:pgindex:Verification::proof`;
      return { aliases: [urn] };
    };
    expect((await stack.up()).changes).toEqual({ delete: 1, same: 5 });
  });
});

test("destroy takes proofs and index away", async () => {
  expect((await stack.destroy()).changes).toMatchObject({ delete: 5 });
});
