import { afterAll, beforeAll, expect, test } from "vitest";
import { refreshIndex } from "../../providers/pgindex/src/engine/record/refresh.ts";
import { targetOf } from "../support/engine/engine.ts";
import { buildIndex } from "../support/pulumi/stackState.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
  await db.query("CREATE TABLE t (a int, b int)");
});
afterAll(() => db.drop());

test("an index that others drop and create while it is read is never an error", async () => {
  const outputs = await buildIndex(db.url, { table: "t", name: "i", columns: ["a", "b"] });
  let isOver = false;
  const churn = async () => {
    const client = await db.connect();
    while (!isOver) {
      await client.query("DROP INDEX i");
      await client.query("CREATE INDEX i ON t (a, b)");
    }
  };
  const churning = churn();
  const looks: boolean[] = [];
  const look = async () => {
    for (let i = 0; i < 60; i += 1) {
      const found = await refreshIndex(targetOf(db.url), outputs);
      looks.push(found === undefined || (found.valid && found.drift === null));
    }
  };
  await Promise.all([look(), look(), look()]);
  isOver = true;
  await churning;
  expect(looks).toHaveLength(180);
  expect(looks).not.toContain(false);
});
