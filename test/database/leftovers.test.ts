import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { previewIndex } from "../../providers/pgindex/src/engine/build/preview.ts";
import { type Args, declare, failureOf, record, targetOf } from "../support/engine/engine.ts";
import { oidOf, settle, stateOf, stepsOf } from "../support/engine/engineDatabase.ts";
import { LEFTOVER_STATES, type Leftover, leave } from "../support/engine/engineLeftovers.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
});
afterAll(() => db.drop());

beforeEach(async () => {
  await db.query("CREATE TABLE t (a int, b int)");
  await db.query("INSERT INTO t SELECT i, i % 10 FROM generate_series(1, 1000) i");
});
afterEach(async () => {
  await settle(db);
  await db.query("DROP TABLE t");
});

const INDEX = { table: "t", name: "t_idx", columns: ["a"] };
const OURS = { table: "t", index: "t_idx", body: "(a)" };
const FOREIGN = { ...OURS, body: "(b)" };

async function ensure(args: Args = {}) {
  const recorder = record();
  const desired = await declare({ ...INDEX, ...args });
  const ensured = ensureIndex({ database: targetOf(db.url), desired, ctx: recorder.ctx });
  return { ...recorder, ensured: await ensured };
}

async function refusal(args: Args): Promise<string> {
  const desired = await declare({ ...INDEX, ...args });
  const before = { oid: await oidOf(db, "t_idx"), state: await stateOf(db, "t_idx") };
  const preview = await failureOf(previewIndex(targetOf(db.url), desired));
  const { message } = await failureOf(
    ensureIndex({ database: targetOf(db.url), desired, ctx: record().ctx }),
  );
  expect(preview.message).toBe(message);
  expect({ oid: await oidOf(db, "t_idx"), state: await stateOf(db, "t_idx") }).toEqual(before);
  return message;
}

describe.each(LEFTOVER_STATES)("a leftover %s", (state) => {
  test("of this definition is dropped, and the index built", async () => {
    await leave(db, { ...OURS, state });
    const before = await oidOf(db, "t_idx");
    const { ensured, lines } = await ensure();
    expect(ensured).toMatchObject({ adopted: false, live: { valid: true, ready: true } });
    expect(ensured.live.oid).not.toBe(before);
    expect(await stateOf(db, "t_idx")).toBe("t/t/t");
    expect(lines).toEqual([
      expect.stringMatching(
        /^info: public\.t_idx: an interrupted .*; DROP INDEX CONCURRENTLY "public"\."t_idx_pgindex_drop_\d+"$/,
      ),
    ]);
  });

  test("is announced by the preview, which changes nothing", async () => {
    await leave(db, { ...OURS, state });
    const lines = await previewIndex(targetOf(db.url), await declare(INDEX));
    expect(stepsOf(lines, "public.t")).toEqual([
      expect.stringMatching(
        /^ALTER INDEX "public"\."t_idx" .*; DROP INDEX CONCURRENTLY .*: an interrupted /,
      ),
      expect.stringMatching(
        /^builds the index: .* first; CREATE INDEX CONCURRENTLY "t_idx" ON .*; locks SHARE UPDATE EXCLUSIVE/,
      ),
    ]);
    expect(await stateOf(db, "t_idx")).toBe(state);
  });

  test("of another definition is recovered with rebuildAny", async () => {
    await leave(db, { ...FOREIGN, state });
    const { ensured } = await ensure({ invalidLeftover: "rebuildAny" });
    expect(ensured.live).toMatchObject({ valid: true, definition: expect.stringContaining("(a)") });
  });
});

const REFUSED: readonly (readonly [
  title: string,
  leftover: Leftover,
  args: Args,
  message: RegExp,
])[] = [
  [
    "of another definition, by default",
    { ...FOREIGN, state: "f/t/t" },
    {},
    /^refused: .*t_idx.* has another definition\n.*columns: declared a .*, found b [\s\S]*rebuildAny/,
  ],
  [
    "that would be unique",
    { ...OURS, state: "f/f/t", unique: true },
    {},
    /unique: declared none, found true/,
  ],
  [
    "with refuse",
    { ...OURS, state: "f/t/t" },
    { invalidLeftover: "refuse" },
    /is INVALID\n[\s\S]*REINDEX INDEX CONCURRENTLY "public"\."t_idx"[\s\S]*invalidLeftover: "rebuild"/,
  ],
];

describe("a leftover is refused, and left as it is", () => {
  test.each(REFUSED)("%s", async (_title, leftover, args, message) => {
    await leave(db, leftover);
    expect(await refusal(args)).toMatch(message);
  });
});

test("the advice for a refused leftover works: REINDEX revives it, and it is adopted", async () => {
  await leave(db, { ...OURS, state: "f/t/t" });
  const message = await refusal({ invalidLeftover: "refuse" });
  const [, advised = ""] = /fix: run: (.*);/.exec(message) ?? [];
  await db.query(advised);
  const { ensured } = await ensure({ invalidLeftover: "refuse" });
  expect(ensured.adopted).toBe(true);
});

test.each([
  ["mended", "REINDEX INDEX t_idx"],
  ["built anew", "DROP INDEX t_idx; CREATE INDEX t_idx ON t (a)"],
])("one that somebody has %s after its drop was decided is adopted", async (_title, statement) => {
  await leave(db, { ...OURS, state: "f/t/t" });
  const { ctx, lines } = record();
  const found: (number | undefined)[] = [];
  const beforeStep = async () => {
    if (found.length === 0) await db.query(statement);
    found.push(await oidOf(db, "t_idx"));
  };
  const request = { database: targetOf(db.url), desired: await declare(INDEX), ctx };
  const { adopted, live } = await ensureIndex({ ...request, hooks: { beforeStep } });
  expect(adopted).toBe(true);
  expect(live).toMatchObject({ valid: true, oid: found[0] });
  expect(lines.join("\n")).toMatch(
    /drop public\.t_idx: the index has changed since that was planned/,
  );
});
