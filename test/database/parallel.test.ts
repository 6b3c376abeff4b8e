import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { type Args, declare, record, targetOf } from "../support/engine/engine.ts";
import { settle } from "../support/engine/engineDatabase.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

const TABLES = ["t1", "t2", "t3", "t4", "t5"];
const BODIES: readonly Args[] = [
  { columns: ["a"] },
  { columns: ["b"], predicate: "b > 2" },
  { columns: ["a", "b"], unique: true },
  { columns: [{ expression: "lower(c)" }] },
  { columns: ["c"], accessMethod: "hash" },
];

/**
 * Five on each of five tables, some of them partial or on expressions, whose builds wait for each
 * other's.
 */
const DECLARATIONS: readonly Args[] = TABLES.flatMap((table) =>
  BODIES.map((body, i) => ({ ...body, table, name: `${table}_idx_${i}` })),
);

let db: TestDatabase;
beforeEach(async () => {
  db = await createDatabase();
  for (const table of TABLES) {
    await db.query(`CREATE TABLE ${table} (a int, b int, c text)`);
    await db.query(`INSERT INTO ${table} SELECT i, i, 'C' || i FROM generate_series(1, 2000) i`);
  }
});
afterEach(async () => {
  await settle(db);
  await db.drop();
});

async function expectAllValid(): Promise<void> {
  const states = await db.query(
    `SELECT c.relname AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
      WHERE c.relnamespace = 'public'::regnamespace AND indisvalid AND indisready AND indislive`,
  );
  expect(states.map(({ name }) => name).sort()).toEqual(
    DECLARATIONS.map(({ name }) => name).sort(),
  );
}

test("25 indexes on five tables, all at once, as Pulumi calls", async () => {
  const { ctx, lines } = record();
  const ensured = await Promise.all(
    DECLARATIONS.map(async (args) =>
      ensureIndex({ database: targetOf(db.url), desired: await declare(args), ctx }),
    ),
  );
  expect(ensured.filter(({ adopted }) => adopted)).toEqual([]);
  // What a build is followed by is told: each table has one index on an expression.
  expect(lines.sort()).toEqual(
    [1, 2, 3, 4, 5].map(
      (i) =>
        `info: public.t${i}_idx_3: an index on an expression has no statistics until ANALYZE, ` +
        `and the planner guesses: ANALYZE "public"."t${i}"`,
    ),
  );
  await expectAllValid();
});

interface Built {
  readonly name: string;
  readonly oid: number;
  readonly valid: boolean;
  readonly adopted: boolean;
}

/** One operating-system process that ensures all of them. */
async function buildInProcess(): Promise<Built[]> {
  const file = (name: string) => fileURLToPath(new URL(`../support/${name}`, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...["--disable-warning=ExperimentalWarning", "--import", file("engine/engineSources.ts")],
    ...[file("engine/engineProcess.ts"), db.url, JSON.stringify(DECLARATIONS)],
  ]);
  return JSON.parse(stdout);
}

test("two processes both want all 25: one builds each, and the other adopts it", async () => {
  const [first, second] = await Promise.all([buildInProcess(), buildInProcess()]);
  await expectAllValid();
  expect(first).toHaveLength(DECLARATIONS.length);
  for (const built of first) {
    const other = second.find(({ name }) => name === built.name);
    expect(other).toMatchObject({ oid: built.oid, valid: true });
    expect([built.adopted, other?.adopted].sort()).toEqual([false, true]);
  }
});
