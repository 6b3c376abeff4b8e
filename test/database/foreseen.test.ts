// What an up does is what its first look planned: what a later look finds changed outside stops it,
// unless it is a retry of its own work.
import { describe, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { lookAhead } from "../../providers/pgindex/src/engine/build/preview.ts";
import type { Step } from "../../providers/pgindex/src/engine/plan/step.ts";
import { toIndexOutputs } from "../../providers/pgindex/src/engine/record/outputs.ts";
import { type Args, declare, failureOf, record, targetOf } from "../support/engine/engine.ts";
import { oidOf, stateOf } from "../support/engine/engineDatabase.ts";
import { leave } from "../support/engine/engineLeftovers.ts";
import { useTable } from "../support/engine/engineTable.ts";

const db = await useTable();
const T: Args = { table: "t", name: "t_idx", columns: ["a"], comment: "old" };
const database = () => targetOf(db.url);

async function built(args: Args = {}) {
  const desired = await declare({ ...T, ...args });
  const ensured = await ensureIndex({ database: database(), desired, ctx: record().ctx });
  return toIndexOutputs(ensured, desired, []);
}

/** An update, in which somebody else runs `sql` once, right after a step of this kind. */
async function interfered(args: Args, kind: Step["kind"], sql: string) {
  const previous = await built();
  const desired = await declare({ ...T, ...args });
  let isDone = false;
  const afterStep = async (step: Step) => {
    if (isDone || step.kind !== kind) return;
    isDone = true;
    for (const statement of sql.split(";")) await db.query(statement);
  };
  const { ctx } = record();
  return ensureIndex({ database: database(), desired, previous, ctx, hooks: { afterStep } });
}

async function columnsOf(index: string): Promise<string | undefined> {
  const [row] = await db.query<{ definition: string }>(
    "SELECT pg_get_indexdef($1::regclass) AS definition",
    [index],
  );
  return row?.definition;
}

const STOPPED = /stopped: index public\.t_idx on public\.t has changed since it was looked at/;

describe("stops, and says which step nobody has been shown", () => {
  test("a comment was planned, and somebody drops the index: nothing is built", async () => {
    const stopped = interfered({ comment: "new" }, "alter", "DROP INDEX t_idx");
    const { message } = await failureOf(stopped);
    expect(message).toMatch(STOPPED);
    expect(message).toMatch(/CREATE INDEX CONCURRENTLY "t_idx".*\(it does not exist\)/);
    expect(message).toContain("pulumi preview --refresh");
    expect(await stateOf(db, "t_idx")).toBeUndefined();
  });

  test("and somebody redefines it: it is not replaced", async () => {
    const redefine = "DROP INDEX t_idx; CREATE INDEX t_idx ON t (b)";
    const stopped = interfered({ comment: "new" }, "alter", redefine);
    expect((await failureOf(stopped)).message).toMatch(STOPPED);
    expect(await columnsOf("t_idx")).toContain("(b)");
  });

  test("and somebody renames it: it is not renamed back", async () => {
    const stopped = interfered({ comment: "new" }, "alter", "ALTER INDEX t_idx RENAME TO theirs");
    expect((await failureOf(stopped)).message).toMatch(STOPPED);
    expect(await stateOf(db, "theirs")).toBe("t/t/t");
  });

  test("a clean-up was planned, and the index goes meanwhile", async () => {
    const previous = await built();
    await leave(db, { table: "t", index: "t_idx_ccnew", body: "(a)", state: "f/t/t" });
    const desired = await declare(T);
    const afterStep = async ({ kind }: Step) => {
      if (kind === "drop") await db.query("DROP INDEX t_idx");
    };
    const { ctx } = record();
    const request = { database: database(), desired, previous, ctx, hooks: { afterStep } };
    const { message } = await failureOf(ensureIndex(request));
    expect(message).toMatch(STOPPED);
    expect(message).toContain("DROP INDEX CONCURRENTLY");
    expect(await stateOf(db, "t_idx")).toBeUndefined();
  });

  test("a build was planned, and somebody leaves an INVALID index: it is not dropped", async () => {
    const desired = await declare(T);
    const { foreseen } = await lookAhead(database(), desired);
    await leave(db, { table: "t", index: "t_idx", body: "(a)", state: "f/t/t" });
    const oid = await oidOf(db, "t_idx");
    const { ctx } = record();
    const stopped = ensureIndex({ database: database(), desired, ctx, foreseen });
    expect((await failureOf(stopped)).message).toMatch(STOPPED);
    expect(await oidOf(db, "t_idx")).toBe(oid);
  });
});

describe("goes on with what was planned", () => {
  test("somebody has built the same meanwhile: it is adopted", async () => {
    const desired = await declare(T);
    const { foreseen } = await lookAhead(database(), desired);
    await db.query("CREATE INDEX t_idx ON t (a)");
    const { ctx } = record();
    const ensured = await ensureIndex({ database: database(), desired, ctx, foreseen });
    expect(ensured).toMatchObject({ adopted: true, live: { valid: true } });
  });

  test("the old index of a replacement is gone already", async () => {
    const { live } = await interfered({ columns: ["b"] }, "build", "DROP INDEX t_idx");
    expect(live).toMatchObject({ name: "t_idx", valid: true });
    expect(await columnsOf("t_idx")).toContain("(b)");
  });
});
