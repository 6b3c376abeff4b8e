import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Index, Verification } from "pulumi-pgindex";
import { beforeAll, describe, expect, test } from "vitest";
import { createStack, type TestStack } from "../support/pulumi/pulumi.ts";
import { createBackend } from "../support/pulumi/pulumiBackend.ts";
import { indexNames, useDatabase } from "../support/pulumi/pulumiDatabase.ts";

/** What each release has left in a stack, as `pulumi stack export` printed it. */
const FOLDER = join("test", "support", "pulumi", "states");
const releases = readdirSync(FOLDER).map((file) => file.replace(/\.json$/, ""));

/** The program whose `pulumi up` has written the states. */
async function program(): Promise<void> {
  const email = new Index("email", {
    table: "t",
    name: "t_email_idx",
    columns: [
      { expression: "lower(email)", statistics: 500 },
      { column: "id", order: "desc" },
    ],
    include: ["body"],
    predicate: "email IS NOT NULL",
    storageParameters: { fillfactor: 70, deduplicate_items: false },
    comment: "sign-in",
    serves: [
      {
        name: "by email",
        sql: "SELECT id FROM t WHERE lower(email) = $1 AND email IS NOT NULL",
        values: ["7@x.test"],
      },
    ],
  });
  new Index("key", { table: "t", name: "t_key", columns: ["id"], constraint: "unique" });
  const plain = { table: "t", name: "t_body_idx", columns: ["body"], waitFor: "90s" };
  new Index("plain", { ...plain, rebuildWhen: { trigger: "one" } });
  new Verification("proof", { index: email });
}

const database = useDatabase(
  "CREATE TABLE t (id int NOT NULL, email text, body text)",
  "INSERT INTO t SELECT n, n || '@x.test', repeat('x', 40) FROM generate_series(1, 1000) n",
  "CREATE INDEX t_email_idx ON t (lower(email), id DESC) INCLUDE (body) " +
    "WITH (fillfactor = 70, deduplicate_items = false) WHERE email IS NOT NULL",
  "ALTER INDEX t_email_idx ALTER COLUMN 1 SET STATISTICS 500",
  "COMMENT ON INDEX t_email_idx IS 'sign-in'",
  "ALTER TABLE t ADD CONSTRAINT t_key UNIQUE (id)",
  "CREATE INDEX t_body_idx ON t (body)",
  "ANALYZE t",
);

describe.each(releases)("the state of release %s", (release) => {
  let stack: TestStack;
  beforeAll(async () => {
    const env = { DATABASE_URL: database().url };
    stack = await createStack(program, { backend: createBackend(), name: "stack1", env });
    await stack.importState(JSON.parse(readFileSync(join(FOLDER, `${release}.json`), "utf8")));
  });

  test("goes through a preview without a change", async () => {
    expect((await stack.preview()).changes).toEqual({ same: 5 });
  });

  test("goes through up without one, and a refresh finds no drift", async () => {
    const before = await indexNames(database());
    expect((await stack.up()).changes).toEqual({ same: 5 });
    await stack.refresh();
    for (const name of ["email", "key", "plain"])
      expect(stack.resource(name).outputs).toMatchObject({ drift: null, valid: true });
    expect(stack.resource("email").outputs?.usage).toBeUndefined();
    expect(await indexNames(database())).toEqual(before);
  });

  test("is destroyed: what it recorded still tells which indexes are its own", async () => {
    await stack.destroy();
    expect(await indexNames(database())).toEqual([]);
  });
});
