import pulumi from "@pulumi/pulumi";
import { Index, type IndexArgs } from "pulumi-pgindex";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createStack, type TestStack } from "../support/pulumi/pulumi.ts";
import { createBackend } from "../support/pulumi/pulumiBackend.ts";
import {
  type Canary,
  createCanary,
  indexNames,
  useDatabase,
} from "../support/pulumi/pulumiDatabase.ts";
import { errorsOf, failureOf } from "../support/pulumi/pulumiRun.ts";

/** What stands in the user's state: changing it breaks every state that exists. */
const PROVIDER_TEXT = 'exports.handler = () => require("pulumi-pgindex/provider").v1.index';
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const backend = createBackend();
const database = useDatabase(
  "CREATE TABLE users (id int PRIMARY KEY, email text, name text)",
  "INSERT INTO users SELECT n, n || '@x.test', 'n' || n FROM generate_series(1, 100) n",
);

let canary: Canary;
let stack: TestStack;
beforeAll(async () => {
  canary = await createCanary(database());
  stack = await createStack(async () => undefined, {
    backend,
    env: { DATABASE_URL: canary.url },
  });
});
afterAll(async () => {
  canary.assertAbsent(stack.transcript + stack.state());
  await canary.drop();
});

describe("an index below a component, and one whose arguments are not known before it is built", () => {
  async function program(changes: Partial<IndexArgs> = {}): Promise<Record<string, unknown>> {
    const component = new pulumi.ComponentResource("tests:index:Component", "component");
    const first = new Index(
      "first",
      { table: "users", name: "users_email_idx", columns: ["email"], ...changes },
      { parent: component },
    );
    const later = first.definition.apply(() => "users");
    new Index("unknown-table", { table: later, name: "users_name_idx", columns: ["name"] });
    new Index("unknown-part", {
      table: "users",
      name: "users_both_idx",
      columns: ["email", { column: later.apply(() => "name"), order: "desc" }],
    });
    return { first };
  }

  test("pass in preview, where nothing unknown is printed as a value", async () => {
    stack.program = () => program();
    const { text, changes } = await stack.preview();
    expect(changes).toEqual({ create: 5 });
    expect(text).not.toContain(UNKNOWN);
    expect(text).toMatch(/table +: \[unknown\]/);
    expect(text).toMatch(/column *: \[unknown\]/);
    expect(text).toMatch(/statement *: \[unknown\]/);
    expect(text).toContain(
      `urn:pulumi:${stack.name}::tests::tests:index:Component$pulumi-nodejs:pgindex:Index::first`,
    );
    expect(await indexNames(database())).toEqual([]);
  });

  test("are refused for a problem beside an unknown value, which is told, and a secret one, which stays one", async () => {
    stack.program = async () => {
      const first = new Index("first", { table: "users", name: "a", columns: ["email"] });
      const table = first.definition.apply(() => "users");
      const predicate = pulumi.secret(`name = '${canary.password}' OR`);
      new Index("wrong", { table, name: "n".repeat(64), columns: ["email"], predicate });
    };
    const failed = await failureOf(stack.preview());
    const errors = errorsOf(failed, "wrong");
    expect(errors).toMatch(/name is 64 bytes long/);
    expect(errors).toContain("predicate ");
    expect(failed.text).toContain("resource 'wrong'");
    expect(failed.text).not.toContain(UNKNOWN);
    expect(await indexNames(database())).toEqual([]);
  });

  test("are built by up, after which a preview is empty", async () => {
    stack.program = () => program();
    expect((await stack.up()).changes).toEqual({ create: 5 });
    expect(await indexNames(database())).toEqual([
      "users_both_idx",
      "users_email_idx",
      "users_name_idx",
    ]);
    expect((await stack.preview()).changes).toEqual({ same: 5 });
  });

  test("are updated, not replaced, in a preview that does not know their arguments again", async () => {
    stack.program = () => program({ comment: "known later" });
    const { text, changes } = await stack.preview();
    expect(text).not.toContain(UNKNOWN);
    expect(changes).toEqual({ same: 2, update: 3 });
    stack.program = () => program();
  });

  test("leave the constant provider text in the state, and no other code", () => {
    const state = stack.state();
    for (const name of ["first", "unknown-table", "unknown-part"]) {
      const { inputs, outputs } = stack.resource(name);
      expect(inputs?.__provider).toBe(PROVIDER_TEXT);
      expect(outputs?.__provider).toBe(PROVIDER_TEXT);
    }
    const rest = state.replaceAll(JSON.stringify(PROVIDER_TEXT), "");
    expect(rest).not.toMatch(/=>|function|require\(|exports/);
  });

  test("have complete, plain outputs", () => {
    const { inputs, outputs } = stack.resource("first");
    expect(outputs).toEqual({
      __provider: PROVIDER_TEXT,
      __urn: `urn:pulumi:${stack.name}::tests::tests:index:Component$pulumi-nodejs:pgindex:Index::first`,
      schemaVersion: 1,
      name: "users_email_idx",
      schema: "public",
      table: "users",
      definition: "CREATE INDEX users_email_idx ON public.users USING btree (email)",
      oid: expect.any(Number),
      valid: true,
      sizeBytes: expect.any(Number),
      builtAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      buildSeconds: expect.any(Number),
      phaseSeconds: expect.any(Array),
      adopted: false,
      validSince: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      statement:
        'CREATE INDEX CONCURRENTLY "users_email_idx" ON "public"."users" USING "btree" ("email")',
      before: [],
      plansBefore: [],
      drift: null,
      rebuildTrigger: null,
      bytesPerRow: expect.any(Number),
      patience: null,
      bloatRatio: null,
      ownerId: expect.stringMatching(/^[0-9a-f]{12}$/),
      markedOid: expect.any(Number),
      origin: "built",
      dropOnDestroy: null,
      database: {
        systemIdentifier: expect.stringMatching(/^\d+$/),
        oid: expect.any(Number),
        name: database().name,
      },
      canonical: expect.any(Object),
    });
    expect(Object.keys(inputs ?? {}).sort()).toEqual([
      "__provider",
      "__urn",
      "columns",
      "name",
      "schema",
      "statement",
      "table",
    ]);
  });
});
